import java.io.*;
import java.nio.charset.StandardCharsets;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.*;
import org.junit.platform.launcher.core.*;

/**
 * Runs the JUnit 5 tests of the classes named as arguments, those switched off by @Disabled too.
 *
 * The first line of standard input is a word that no sample knows; what the tests said is printed behind it, one line
 * a test: the word, "ok" or "no", and for "no" the test and its message.
 */
public final class Tests {
    public static void main(String[] names) throws IOException {
        String word = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII)).readLine();
        PrintStream out = System.out;
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request()
            .configurationParameter("junit.jupiter.conditions.deactivate", "org.junit.*DisabledCondition");
        for (String name : names) request.selectors(DiscoverySelectors.selectClass(name));
        LauncherFactory.create().execute(request.build(), new TestExecutionListener() {
            @Override public void executionSkipped(TestIdentifier test, String reason) {
                out.println("\n" + word + " no " + test.getDisplayName() + ": skipped: " + one(reason));
            }

            @Override public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                boolean held = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
                if (held && test.isTest()) out.println("\n" + word + " ok");
                if (!held) out.println("\n" + word + " no " + test.getDisplayName() + ": "
                    + one(result.getThrowable().map(Throwable::toString).orElse("aborted")));
            }
        });
        out.println("\n" + word + " end");
        out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static String one(String text) {
        return text.replaceAll("\\s+", " ");
    }
}
