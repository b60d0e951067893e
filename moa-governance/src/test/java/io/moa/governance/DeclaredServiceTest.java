package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.moa.annotation.MoaService;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.DeclaredService;
import org.junit.jupiter.api.Test;

/** What an interface may call its service: what people can tell from others and rules can name. */
class DeclaredServiceTest {

    @MoaService
    interface Unnamed {}

    @MoaService(name = "lager.Bestände")
    interface Named {}

    @MoaService(name = "shop.St\u200bock")
    interface Unseen {}

    @MoaService(name = "shop.*")
    interface Starred {}

    private static ServiceId of(Class<?> type, String group, String version) {
        return DeclaredService.of(type, type.getAnnotation(MoaService.class), group, version);
    }

    @Test
    void aNameIsThatOfTheAnnotationOrOfTheInterface() {
        assertThat(of(Unnamed.class, "", "")).isEqualTo(ServiceId.of(Unnamed.class.getName()));
        assertThat(of(Named.class, "north", "1")).isEqualTo(new ServiceId("lager.Bestände", "north", "1"));
    }

    @Test
    void charactersThatNobodySeesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(Unseen.class, "", ""))
                .withMessage(
                        "The name of the service Unseen, shop.St?ock, has U+200B at 7, which nobody sees; expected a"
                                + " name of characters that can be seen, without '*'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(Named.class, "", "1\u2060"))
                .withMessageStartingWith("The version of the service Named, 1?, has U+2060 at 1");
    }

    @Test
    void whatRulesTakeForAnyTextIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(Starred.class, "", ""))
                .withMessage(
                        "The name of the service Starred, shop.*, has a '*', which stands for any text in rules, so"
                                + " that none could mean it alone; expected a name of characters that can be seen, without '*'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(Named.class, "n*", ""))
                .withMessageStartingWith("The group of the service Named, n*, has a '*'");
    }
}
