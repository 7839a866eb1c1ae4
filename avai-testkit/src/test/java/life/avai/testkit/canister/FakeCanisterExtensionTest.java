package life.avai.testkit.canister;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FakeCanisterExtensionTest {
  private static FakeCanister earlier;

  @RegisterExtension
  final FakeCanisterExtension canisters =
      FakeCanisterExtension.playing(CanisterScript.replyWhole("from the extension"));

  @Test
  @Order(1)
  void parameter_isTheCanisterOfThisTest(FakeCanister canister) throws Exception {
    assertThat(canister).isSameAs(canisters.canister());
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      assertThat(asker.next().string("response")).isEqualTo("from the extension");
    }
    earlier = canister;
  }

  @Test
  @Order(2)
  void canisterOfAnEarlierTest_isClosed(FakeCanister canister) {
    assertThat(canister).isNotSameAs(earlier);
    assertThatThrownBy(() -> new Asker(earlier.url())).isInstanceOf(ConnectException.class);
  }
}
