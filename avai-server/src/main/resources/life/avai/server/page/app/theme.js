// A classic script in the head, so that the first thing painted has its colours already. Without a choice the system's is followed.
{
  const KEY = "avai.theme";
  const NEXT = { system: "light", light: "dark", dark: "system" };
  const root = document.documentElement;
  const show = () => {
    const theme = localStorage.getItem(KEY) ?? "system";
    root.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (button) button.title = button.ariaLabel = `Colours: ${theme}`;
  };
  show();
  addEventListener("storage", show);
  addEventListener("DOMContentLoaded", () => {
    show();
    document.getElementById("theme").addEventListener("click", () => {
      localStorage.setItem(KEY, NEXT[root.dataset.theme] ?? "system");
      show();
    });
  });
}
