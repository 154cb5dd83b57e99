package vostochny;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.network.NetworkAddress;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.transport.TransportAddress;
import org.elasticsearch.env.Environment;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.ClassPathPlugins;
import org.elasticsearch.transport.netty4.Netty4Plugin;

/**
 * The embedded node's process: starts the node, writes its address, runs until it is told to end.
 *
 * <p>Arguments: the node's home folder (which has a {@code config} folder), the file to write the address
 * ("127.0.0.1:9200") to once the node listens, then any number of {@code setting=value}. When the node does not start,
 * the exit code is 1 and standard error has the reason, a line for each cause; the log has the stack trace.
 */
public final class Launcher {
    private Launcher() {}

    public static void main(String[] args) throws InterruptedException {
        PrintStream words = System.err; // configuring the logs sends System.err there
        try {
            Settings.Builder settings = Settings.builder();
            for (int i = 2; i < args.length; i++) {
                String[] pair = args[i].split("=", 2);
                settings.put(pair[0], pair[1]);
            }
            start(Path.of(args[0]), Path.of(args[1]), settings);
        } catch (Throwable failure) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                words.println(cause);
            }
            LogManager.getLogger(Launcher.class).error("the node did not start", failure);
            System.exit(1);
        }
        Thread.currentThread().join();
    }

    private static void start(Path home, Path ready, Settings.Builder settings) throws Exception {
        LogConfigurator.registerErrorListener();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            settings.put("path.home", home.toString()).build(), Map.of(), home.resolve("config"), () -> "embedded");
        LogConfigurator.setNodeName("embedded");
        LogConfigurator.configure(environment, false);

        Map<String, String> plugins = Map.of(
            "transport-netty4", Netty4Plugin.class.getName(), "vostochny", VostochnyPlugin.class.getName());
        Node node = new Node(environment, ClassPathPlugins.of(plugins, home.resolve("config")));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node), "close-node"));
        node.start();

        TransportAddress address = node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress();
        Path written = Files.writeString(
            ready.resolveSibling(ready.getFileName() + ".new"), NetworkAddress.format(address.address()));
        Files.move(written, ready, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void close(Node node) {
        try {
            node.prepareForClose();
            node.close();
            node.awaitClose(20, TimeUnit.SECONDS);
        } catch (Exception failure) {
            LogManager.getLogger(Launcher.class).error("the node did not close cleanly", failure);
        }
    }
}
