// What a project's own Vitest configuration says about scenario files, for commands that read them outside Vitest.

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { extensionSet, loadExtensions } from '../extensions/extension-set.ts'
import type { Extension } from '../extensions/extension.ts'
import { SettingsError } from '../model/errors.ts'
import type { MacroOption } from '../scenario/composition/macros.ts'

/** What the plugin in a configuration was given, as far as it bears on reading scenario files. */
export interface ConfiguredLanguage {
  readonly extensions: readonly Extension[]
  readonly macros: readonly MacroOption[]
}

const configNames = ['vitest', 'vite'].flatMap((name) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((ending) => `${name}.config.${ending}`),
)

/** Path of a folder's Vitest configuration, as Vitest finds it; undefined where there is none. */
export function findProjectConfig(root: string): string | undefined {
  const name = configNames.find((one) => existsSync(join(root, one)))
  return name === undefined ? undefined : join(root, name)
}

/**
 * Path of Vitest's program, as the project has it.
 * @throws SettingsError where it is not installed
 */
export function findVitest(root: string): string {
  const { resolve: find } = createRequire(join(root, 'package.json'))
  try {
    return join(dirname(find('vitest/package.json')), 'vitest.mjs')
  } catch (cause) {
    const message = `Expected vitest to be installed in ${root}, got none. Install it: npm install --save-dev vitest`
    throw new SettingsError(message, { cause })
  }
}

/**
 * The extensions and macros of a configuration.
 * @throws SettingsError when the configuration, or a file that it names, cannot be loaded
 */
export async function readProjectConfig(file: string, root: string): Promise<ConfiguredLanguage> {
  const config = await loadConfig(file, root)
  const plugins = await pluginsOf(config)
  const from = resolve(root, config.test?.root ?? config.root ?? '.')
  const paths = [...new Set(plugins.flatMap(({ extensions }) => extensions))]
  const { all: extensions } = paths.length === 0 ? extensionSet([]) : await loadExtensions(paths, { root: from })
  return { extensions, macros: plugins.flatMap(({ macros }) => macros) }
}

/** What of Vite is used. The project has it by Vitest, and this package does not depend on it. */
interface Vite {
  loadConfigFromFile(
    env: { readonly command: 'serve'; readonly mode: string },
    file: string,
    root: string,
    logLevel: 'silent',
  ): Promise<{ readonly config: unknown } | null>
}

async function loadConfig(file: string, root: string): Promise<LoadedConfig> {
  try {
    const path = createRequire(findVitest(root)).resolve('vite')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Vite's own types are not among this package's
    const vite = (await import(pathToFileURL(path).href)) as Vite
    const loaded = await vite.loadConfigFromFile({ command: 'serve', mode: 'test' }, file, root, 'silent')
    return loadedConfig.parse(loaded?.config ?? {})
  } catch (cause) {
    if (cause instanceof SettingsError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SettingsError(`The configuration ${basename(file)} cannot be loaded: ${why}`, { cause })
  }
}

const projectConfig = z.object({ plugins: z.unknown().optional() })
const loadedConfig = z.object({
  root: z.string().optional(),
  plugins: z.unknown().optional(),
  test: z.object({ root: z.string().optional(), projects: z.array(z.unknown()).optional() }).optional(),
})
type LoadedConfig = z.infer<typeof loadedConfig>

/** What `failover()` of plugin.ts leaves on its plugin. */
const failoverPlugin = z.object({
  name: z.literal('vitest-failover'),
  api: z.object({
    settings: z.object({
      extensions: z.array(z.string()),
      macros: z.array(
        z.object({ match: z.union([z.string(), z.array(z.string())]), add: z.record(z.string(), z.json()) }),
      ),
    }),
  }),
})
type PluginSettings = z.infer<typeof failoverPlugin>['api']['settings']

async function pluginsOf(config: LoadedConfig): Promise<readonly PluginSettings[]> {
  const projects = (config.test?.projects ?? []).flatMap((project) => {
    const { success, data } = projectConfig.safeParse(project)
    return success ? [data.plugins] : []
  })
  const found = await Promise.all([config.plugins, ...projects].map(flatPlugins))
  return found.flat().flatMap((plugin) => {
    const { success, data } = failoverPlugin.safeParse(plugin)
    return success ? [data.api.settings] : []
  })
}

/** Vite takes plugins, promises of them, lists of either, and nothing. */
async function flatPlugins(plugins: unknown): Promise<readonly unknown[]> {
  const settled = await plugins
  if (!Array.isArray(settled)) return [settled]
  const inner = await Promise.all(settled.map(flatPlugins))
  return inner.flat()
}
