import type { LoadedScenario } from '../loaded-scenario.ts'
import type { LintFinding } from './finding.ts'
import { withoutIgnored } from './ignores.ts'
import type { ScenarioFinding } from './ignores.ts'
import { scenarioRules, silenceableRules } from './rules.ts'
import { selectionFindings } from './selection-rules.ts'
import { lintSubject } from './subject.ts'

/** What lint is to know beside the scenarios. */
export interface LintOptions {
  /** Tags that are declared, to the plugin or to Vitest. @default any tag will do */
  readonly declaredTags?: readonly string[]
  /** Texts of the files by the paths that positions name, for what they ask to be silent about. @default nothing is silenced */
  readonly texts?: ReadonlyMap<string, string>
  /** What was found in the files beside their scenarios; it can be silenced too. @default nothing */
  readonly others?: readonly LintFinding[]
}

/** Everything that is wrong with scenarios which can be loaded, each for itself and all together, by their places. */
export function lintScenarios(loaded: readonly LoadedScenario[], options: LintOptions = {}): readonly LintFinding[] {
  const { declaredTags, texts = new Map<string, string>(), others = [] } = options
  const found = loaded.flatMap((one): readonly ScenarioFinding[] =>
    scenarioFindings(one).map((finding) => ({ finding, of: one.positions })),
  )
  const together = selectionFindings(loaded, declaredTags === undefined ? {} : { declaredTags })
  const findings = [...found, ...[...together, ...others].map((finding) => ({ finding }))]
  return ordered(withoutIgnored({ findings, texts, rules: silenceableRules.map(({ id }) => id) }))
}

/** What the rules say of one scenario. */
function scenarioFindings(loaded: LoadedScenario): readonly LintFinding[] {
  const subject = lintSubject(loaded)
  const isKnown = subject.scenario.knownIssue !== undefined
  return scenarioRules
    .filter(({ isExcused }) => !(isKnown && isExcused === true))
    .flatMap(({ id, severity, find }) => find(subject).map((found) => ({ rule: id, severity, ...found })))
}

/**
 * By file, in the order of `files` and then in that in which they come, and by place; without a place first. One that several variants
 * of a scenario share comes once.
 */
export function ordered(findings: readonly LintFinding[], files: readonly string[] = []): readonly LintFinding[] {
  const places = new Map(files.map((file, index) => [file, index]))
  for (const { position } of findings) {
    if (position !== undefined && !places.has(position.file)) places.set(position.file, places.size)
  }
  const once = new Map(findings.map((finding) => [keyOf(finding), finding]))
  const fileOf = ({ position }: LintFinding): number => (position === undefined ? -1 : (places.get(position.file) ?? 0))
  return [...once.values()].toSorted((a, b) => {
    const byFile = fileOf(a) - fileOf(b)
    const byLine = (a.position?.line ?? 0) - (b.position?.line ?? 0)
    return byFile || byLine || (a.position?.column ?? 0) - (b.position?.column ?? 0)
  })
}

function keyOf({ rule, message, position }: LintFinding): string {
  return JSON.stringify([rule, message, position])
}
