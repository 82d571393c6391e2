import { existsSync, globSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, extname, join, matchesGlob, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { configDefaults } from 'vitest/config'
import type { TestProject, Vite, Vitest } from 'vitest/node'
import { loadExtensions } from './extensions/extension-set.ts'
import { formatProblem } from './model/errors.ts'
import { FailoverReporter } from './reporter.ts'
import { createRunId } from './reports/results-folder.ts'
import { isScenarioFile, nearMisses, ScenarioIndex } from './scenario/scenario-index.ts'
import { compileTestModule } from './scenario/test-module.ts'
import { resolveSettings } from './settings.ts'
import type { FailoverOptions, FailoverSettings, TagDeclaration } from './settings.ts'

export type { FailoverOptions, TagDeclaration } from './settings.ts'

/** A backstop only: the deadlines that count are the framework's own, in system time (decisions 12). */
const backstopMs = 30 * 60_000

/**
 * The Vitest plugin. It makes scenario files test files beside the user's own, declares their tags, and adds the reporter and
 * the set-up that starts the testbed. It sets `isolate: false` unless the config says otherwise: many small scenario files then
 * run some twenty times cheaper, and a worker keeps its pair of datacenters (decisions 21).
 * @throws SettingsError when an option or an overriding environment variable is wrong
 */
export function failover(options?: FailoverOptions): Vite.Plugin {
  const settings = resolveSettings(options, process.env)
  const runId = createRunId(new Date())
  let index = new ScenarioIndex()
  let root = process.cwd()
  let warnings: readonly string[] = []
  const projects: TestProject[] = []

  /** By real path: Vite follows links, so what it transforms may lie outside the root or have another name there. */
  const names = new Map<string, string>()
  const nameOf = (id: string): string => {
    const path = id.split('?', 1)[0] ?? id
    return names.get(path) ?? relative(root, path).replaceAll('\\', '/')
  }
  const isScenario = (id: string): boolean => isScenarioFile(nameOf(id), settings.scenarios)
  const load = (name: string, text: string): ReturnType<ScenarioIndex['load']> =>
    index.load({ file: name, text, directory: dirname(join(root, name)) })
  const read = (name: string): void => {
    const path = join(root, name)
    names.set(realpathSync(path), name)
    load(name, readFileSync(path, 'utf8'))
  }

  return {
    name: 'vitest-failover',
    enforce: 'pre',
    // Read by `failover run` (cli/project-config.ts), so that it lints scenario files in the words that they may use.
    api: { settings },
    async config(user) {
      root = resolve(user.test?.root ?? user.root ?? '.')
      const { all: extensions } = await loadExtensions(settings.extensions, { root })
      index = new ScenarioIndex({ root, extensions, macros: settings.macros })
      const files = scenarioFiles(root, settings)
      for (const name of files) read(name)
      const declared = [...(user.test?.tags ?? []), ...settings.tags]
      warnings = [...nearMissWarnings(index.tags(), declared), ...index.unmatchedMacros().map(formatProblem)]
      return configFor({
        user,
        settings,
        // A file that only shares things with others is no test file, and Vitest would fail it for having no test.
        exclude: files.filter((name) => index.isShared(name)),
        tags: missingTags(user.test?.tags ?? [], [...settings.tags, ...tagsFound(index), ...standardTags]),
      })
    },
    configureVitest({ vitest, project, defineCacheKeyGenerator }) {
      for (const warning of warnings) vitest.logger.warn(warning)
      warnings = []
      projects.push(project)
      attach({ vitest, project, settings, runId })
      // Vitest would otherwise run what an older version of this plugin made of the file (Vitest reference, §2.1 rule 3).
      defineCacheKeyGenerator(({ id }) => (isScenario(id) ? false : undefined))
    },
    configureServer({ watcher }) {
      // A file that appears or changes in watch mode may bring tags that were not there at the start, and Vitest reads the
      // declared tags before it runs the file.
      const update = (path: string): void => {
        if (!isScenario(path) || !existsSync(path)) return
        read(nameOf(path))
        for (const { config } of projects) config.tags.push(...missingTags(config.tags, tagsFound(index)))
      }
      watcher.on('add', update)
      watcher.on('change', update)
      watcher.on('unlink', (path) => index.forget(nameOf(path)))
    },
    transform(text, id) {
      if (!isScenario(id)) return undefined
      const loaded = load(nameOf(id), text)
      // Watch mode runs the file again when one changes that it is made of.
      for (const path of index.extendedBy(nameOf(id))) this.addWatchFile(path)
      const { code, map } = compileTestModule({ file: id, text, loaded, timeScale: settings.timeScale })
      return { code, map: JSON.stringify(map) }
    },
  }
}

function scenarioFiles(root: string, settings: FailoverSettings): readonly string[] {
  const found = settings.scenarios.flatMap((glob) =>
    globSync(glob, { cwd: root, exclude: (name) => name === 'node_modules' || name === '.git' }),
  )
  const names = found.map((name) => name.replaceAll('\\', '/'))
  return [...new Set(names)]
    .filter((name) => !configDefaults.exclude.some((glob) => matchesGlob(name, glob)))
    .toSorted()
}

/** What the plugin adds to the user's config. Vite concatenates lists and lets a plugin's other values win. */
function configFor(input: {
  readonly user: Vite.UserConfig
  readonly settings: FailoverSettings
  readonly tags: readonly TagDeclaration[]
  /** Files that are none, from Vitest's root. */
  readonly exclude: readonly string[]
}): Vite.UserConfig {
  const { settings, tags, exclude } = input
  const user = input.user.test ?? {}
  // A plugin's `include` takes the place of Vitest's default when the user has none (Vitest reference, §2.1 rule 5).
  const include = [...(user.include === undefined ? configDefaults.include : []), ...settings.scenarios]
  const inlinesAll = user.server?.deps?.inline === true
  return {
    resolve: { dedupe: ['vitest'] },
    test: {
      include,
      // As with `include`: a plugin's list takes the place of the default.
      ...(exclude.length === 0
        ? {}
        : { exclude: [...(user.exclude === undefined ? configDefaults.exclude : []), ...exclude] }),
      isolate: user.isolate ?? false,
      // Reports and line filters name the line of a test.
      includeTaskLocation: user.includeTaskLocation ?? true,
      testTimeout: user.testTimeout ?? backstopMs,
      hookTimeout: user.hookTimeout ?? backstopMs,
      globalSetup: [besideThisFile('global-setup')],
      tags: [...tags],
      // One copy of Vitest for the package and the user's specs (Vitest reference, §2.7).
      ...(inlinesAll ? {} : { server: { deps: { inline: ['vitest-failover'] } } }),
    },
  }
}

/** A neighbour of this module, which is TypeScript in the repository and JavaScript in the package. */
function besideThisFile(name: string): string {
  const here = fileURLToPath(import.meta.url)
  return join(dirname(here), `${name}${extname(here)}`)
}

/** Declared for everybody, since Vitest refuses a filter by a tag that nothing has: the field's words for quick and slow. */
const standardTags: readonly TagDeclaration[] = [
  { name: 'smoke', description: 'a quick selection' },
  { name: 'slow', description: 'what takes long, to be left out of quick runs' },
]

function tagsFound(index: ScenarioIndex): readonly TagDeclaration[] {
  return index.tags().map((name) => ({ name, description: 'of scenario files' }))
}

/** Vitest refuses a tag that is declared twice. */
function missingTags(
  declared: readonly TagDeclaration[],
  wanted: readonly TagDeclaration[],
): readonly TagDeclaration[] {
  const taken = new Set(declared.map(({ name }) => name))
  return wanted.filter(({ name }) => {
    const isMissing = !taken.has(name)
    taken.add(name)
    return isMissing
  })
}

function nearMissWarnings(tags: readonly string[], declared: readonly TagDeclaration[]): readonly string[] {
  const names = declared.map(({ name }) => name)
  return nearMisses(tags, names).map(
    ([tag, near]) => `The tag "${tag}" of a scenario is close to the tag "${near}". Is one of them misspelt?`,
  )
}

function attach(run: {
  readonly vitest: Vitest
  readonly project: TestProject
  readonly settings: FailoverSettings
  readonly runId: string
}): void {
  const { vitest, project, settings, runId } = run
  const { results, seed, testbed, timeScale } = settings
  const resultsDirectory = resolve(project.config.root, results)
  // Several projects may have the plugin; those of one testbed and results folder share one run and one report.
  const { reporters } = vitest.config
  const shared = reporters.find(
    (candidate) => candidate instanceof FailoverReporter && candidate.isFor({ resultsDirectory, testbed }),
  )
  const isShared = shared instanceof FailoverReporter
  const reporter = isShared ? shared : new FailoverReporter({ resultsDirectory, runId, seed, testbed, timeScale })
  if (!isShared) reporters.push(reporter)
  reporter.addProject(project.name)
  project.provide('failover', {
    settings,
    runId: reporter.runId,
    root: project.config.root,
    resultsDirectory,
    seed: reporter.seed,
  })
}
