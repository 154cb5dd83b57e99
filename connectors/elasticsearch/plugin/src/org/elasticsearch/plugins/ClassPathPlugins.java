package org.elasticsearch.plugins;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.elasticsearch.Build;

/**
 * Plugins that are loaded from the node's own class path.
 *
 * <p>The server's own loader makes a module layer for each plugin and needs jdk.jlink, which a trimmed Java runtime
 * lacks. The class is in the server's package because the constructors it needs are package-private there: if an
 * upgrade changes them, compiling fails.
 */
public final class ClassPathPlugins extends PluginsLoader {
    private final Set<PluginBundle> bundles;

    private ClassPathPlugins(Set<PluginBundle> bundles) {
        super(bundles, Set.of(), Map.of());
        this.bundles = bundles;
    }

    /**
     * A loader of the given plugins.
     *
     * @param classNames plugin class name by plugin name
     * @param folder any existing folder without jars: it stands in for the plugins' folders
     */
    public static PluginsLoader of(Map<String, String> classNames, Path folder) throws IOException {
        Set<PluginBundle> bundles = new LinkedHashSet<>();
        String version = Build.current().version();
        for (Map.Entry<String, String> plugin : classNames.entrySet()) {
            bundles.add(new PluginBundle(new PluginDescriptor(
                plugin.getKey(), plugin.getKey(), version, version, "21", plugin.getValue(), null, List.of(),
                false, false, false, false, PluginDescriptor.DeploymentTarget.ALL), folder));
        }
        return new ClassPathPlugins(bundles);
    }

    @Override
    public Stream<PluginLayer> pluginLayers() {
        return bundles.stream().map(Layer::new);
    }

    private record Layer(PluginBundle pluginBundle) implements PluginLayer {
        @Override
        public ClassLoader pluginClassLoader() {
            return ClassPathPlugins.class.getClassLoader();
        }

        @Override
        public ModuleLayer pluginModuleLayer() {
            return ModuleLayer.boot();
        }
    }
}
