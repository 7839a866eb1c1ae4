package life.avai.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import life.avai.testkit.canister.CanisterScript;
import org.junit.jupiter.api.Test;

/** Replies and titles that want to be more than text. */
class UntrustedPageTest extends PageScenario {
  private static final List<String> ATTACKS =
      List.of(
          "<script>globalThis.pwned = 1</script>",
          "<img src=x onerror=\"globalThis.pwned = 2\">",
          "<img src=https://evil.example/pixel.png>",
          "<svg onload=\"globalThis.pwned = 3\"><use href=\"https://evil.example/x.svg#a\"/></svg>",
          "<svg><animate onbegin=\"globalThis.pwned = 4\" attributeName=x dur=1s></svg>",
          "<iframe srcdoc=\"<script>parent.pwned = 5</script>\"></iframe>",
          "<iframe src=\"javascript:parent.pwned = 6\"></iframe>",
          "<object data=\"https://evil.example/x\"></object><embed src=\"https://evil.example/y\">",
          "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1"
              + " onerror=pwned=7&gt;\">",
          "<form action=https://evil.example/><input name=q autofocus onfocus=\"pwned ="
              + " 8\"></form>",
          "<style>@import url(https://evil.example/x.css); * { display: none }</style>",
          "<link rel=stylesheet href=https://evil.example/x.css>",
          "<base href=https://evil.example/>",
          "<meta http-equiv=refresh content=\"0;url=https://evil.example/\">",
          "<a href=\"javascript:globalThis.pwned = 9\">click</a>",
          "<details open ontoggle=\"pwned = 10\"><summary>x</summary></details>",
          "<video src=https://evil.example/v.mp4 autoplay onerror=\"pwned = 11\"></video>",
          "[click](javascript:globalThis.pwned=12)",
          "[click](JaVaScRiPt:globalThis.pwned=13 'title')",
          "[click](&#106;avascript:globalThis.pwned=14)",
          "[click](data:text/html;base64,PHNjcmlwdD5wd25lZD0xNTwvc2NyaXB0Pg==)",
          "[click](vbscript:pwned)",
          "[click][ref]\n\n[ref]: javascript:globalThis.pwned=16",
          "![x](https://evil.example/markdown.png)",
          "![x](javascript:pwned=17)",
          "![\" onerror=\"pwned=18](x)",
          "<javascript:globalThis.pwned=19>",
          "```<img src=x onerror=pwned=20>\ncode\n```",
          "```\"><img src=x onerror=pwned=21>\ncode\n```",
          "```html\n<img src=x onerror=pwned=22></code></pre><script>pwned=23</script>\n```",
          "| a |\n|---|\n| <img src=x onerror=pwned=24> |",
          "- <img src=x onerror=pwned=25>\n  > <script>pwned=26</script>",
          "# <img src=x onerror=pwned=27>",
          "`<img src=x onerror=pwned=28>`",
          "<div id=messages><div id=input name=send>clobbered</div></div>",
          "<x contenteditable onblur=pwned=29"
              + " style=\"position:fixed;inset:0;background:url(https://evil.example/bg)\">cover</x>",
          "<!--><img src=x onerror=pwned=30>-->",
          "<noscript><p title=\"</noscript><img src=x onerror=pwned=31>\">",
          "<template><img src=x onerror=pwned=32></template>",
          "\u202Egnp.exe <bdo dir=rtl onmouseover=pwned=33>x</bdo>",
          "{{constructor.constructor('pwned=34')()}}",
          "<a href=\"https://ok.example\" onclick=\"pwned=35\" target=_self>link</a>",
          "https://ok.example/\"onmouseover=\"pwned=36");

  private static final String DANGEROUS =
      "#messages :is(script, img, svg:not(.icon), iframe, object, embed, form, input, style, link,"
          + " base, meta, video, audio, details, template, math, [style], [id], [name], [onerror],"
          + " [onload], [onclick], a:not([href^='http']), a:not([rel~='noopener']),"
          + " a:not([target='_blank']))";

  private static void assertHarmless(Tab tab) {
    assertThat(tab.run("globalThis.pwned ?? null").isNull()).isTrue();
    assertThat(
            tab.run("[...document.querySelectorAll(\"" + DANGEROUS + "\")].map(e => e.outerHTML)")
                .toString())
        .isEqualTo("[]");
  }

  @Test
  void nothingInAReplyIsExecutedOrLoaded_whileItComesAndAfter() {
    String all = String.join("\n\n", ATTACKS);
    CANISTER.script(CanisterScript.replyWith(all + "\n\nThe end.", 7, Duration.ZERO));
    Tab tab = open();

    say(tab, "Attack");
    awaitReply(tab, "The end.");
    assertHarmless(tab);
    tab.reload();
    awaitReply(tab, "The end.");
    assertHarmless(tab);
    // It is not hidden either: who reviews code wants to see it.
    assertThat(tab.text(".markdown"))
        .contains("<script>globalThis.pwned = 1</script>", "<base href=");
  }

  @Test
  void nothingInAReplyIsExecutedOrLoaded_alone() {
    Tab tab = open();
    say(tab, "Attack");
    awaitReply(tab, "Hello there");

    // Through the same renderer, one by one: what comes before could have made a text of what
    // follows.
    tab.run(
        "import('/app/markdown.js').then(({blocks, render}) => { for (const text of "
            + Browser.JSON.writeValueAsString(ATTACKS)
            + ") document.querySelector('.markdown').append(render(blocks(text))); })");
    tab.run("new Promise(done => setTimeout(done, 100))");
    assertHarmless(tab);
  }

  @Test
  void nothingInAQuestionOrATitleIsExecutedOrLoaded() {
    Tab tab = open();
    for (String attack : List.of(ATTACKS.get(0), ATTACKS.get(1), ATTACKS.get(5))) {
      tab.click("#new");
      say(tab, attack);
      awaitReply(tab, "Hello there");
      assertThat(tab.text(".bubble")).isEqualTo(attack);
      String start = attack.substring(0, 12);
      tab.awaitText(".thread[aria-current]", start);
      tab.awaitText("#title", start);
      assertHarmless(tab);
      assertThat(
              tab.run("document.querySelectorAll('#sidebar :is(script, img, iframe)').length")
                  .asInt())
          .isZero();
    }
  }

  @Test
  void scriptsOfAPageThatIsTakenOver_areRefusedByTheBrowser() {
    Tab tab = open();
    // The second lock: were markup to get in, it would still not run, and nobody else could be
    // asked.
    String refused =
        tab.run(
                "(async () => { const refused = [];"
                    + " document.addEventListener('securitypolicyviolation', e =>"
                    + " refused.push(e.effectiveDirective)); try {"
                    + " document.body.insertAdjacentHTML('beforeend', '<b>x</b>'); } catch {"
                    + " refused.push('trusted-types'); } try {"
                    + " document.createElement('script').text = ''; } catch {"
                    + " refused.push('script'); } const b = document.createElement('button');"
                    + " b.setAttribute('style', 'color: red'); document.body.append(b); try { await"
                    + " fetch('https://evil.example/'); } catch { refused.push('fetch'); } new"
                    + " Image().src = 'https://evil.example/x.png'; await new Promise(done =>"
                    + " setTimeout(done, 200)); b.remove(); return refused; })()")
            .toString();
    assertThat(refused)
        .contains("trusted-types", "script", "fetch", "connect-src", "img-src", "style-src-attr");
    assertThat(tab.requests())
        .noneMatch(url -> url.contains("evil.example") && !url.startsWith("https://evil.example"));
    tab.expectProblems();
  }
}
