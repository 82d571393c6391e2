import { editDistance } from '../../support/suggest.ts'
import type { LoadedScenario } from '../loaded-scenario.ts'
import { repeatedTestIds, unmatchedMacros } from '../load-scenarios.ts'
import type { ScenarioFile } from '../load-scenarios.ts'
import type { LintFinding, LintSeverity } from './finding.ts'

// What no scenario can say for itself, but only all that are chosen together.

/** The rules about a selection of scenarios. */
export const selectionRules: readonly { readonly id: string; readonly severity: LintSeverity }[] = [
  { id: 'duplicate-test-id', severity: 'error' },
  { id: 'undeclared-tag', severity: 'warning' },
  { id: 'tag-near-miss', severity: 'warning' },
  { id: 'only-left-in', severity: 'warning' },
  { id: 'macro-unmatched', severity: 'warning' },
]

/** What is wrong with the selection as a whole. */
export function selectionFindings(
  loaded: readonly LoadedScenario[],
  options: { readonly declaredTags?: readonly string[] } = {},
): readonly LintFinding[] {
  const repeated = repeatedTestIds(loaded).map(
    (problem) => ({ ...problem, rule: 'duplicate-test-id', severity: 'error' }) as const,
  )
  return [...repeated, ...tagFindings(loaded, options.declaredTags), ...onlyFindings(loaded)]
}

/**
 * Macros that were for none of the scenarios beside them. What is shared, or stands in the plugin's options, may be for files that are
 * not looked at now.
 */
export function macroFindings(files: readonly ScenarioFile[]): readonly LintFinding[] {
  const own = new Set(files.filter(({ isShared }) => !isShared).map(({ file }) => file))
  return unmatchedMacros(files)
    .filter(({ position }) => position !== undefined && own.has(position.file))
    .map((problem) => ({ ...problem, rule: 'macro-unmatched', severity: 'warning' }))
}

function onlyFindings(loaded: readonly LoadedScenario[]): readonly LintFinding[] {
  if (loaded.length < 2) return []
  return loaded
    .filter(({ only }) => only)
    .map(({ scenario, positions }) => ({
      rule: 'only-left-in',
      severity: 'warning',
      message: `\`only\` of ${scenario.testId} keeps the other ${loaded.length - 1} scenarios from running.`,
      position: positions.fields.get('only') ?? positions.testId,
      advice: 'Remove it before the file is shared.',
    }))
}

function tagFindings(
  loaded: readonly LoadedScenario[],
  declaredTags: readonly string[] | undefined,
): readonly LintFinding[] {
  const uses = usesOf(loaded)
  const known = [...new Set([...uses.keys(), ...(declaredTags ?? [])])]
  return loaded.flatMap((one) =>
    ownTags(one).flatMap((tag): readonly LintFinding[] => {
      const count = uses.get(tag) ?? 0
      const near = known.find((other) => isMeant(other, { tag, count, uses, declaredTags }))
      const isDeclared = declaredTags === undefined || declaredTags.includes(tag)
      if (near === undefined && isDeclared) return []
      const position = one.positions.fields.get('tags') ?? one.positions.testId
      if (near !== undefined) {
        const message = `The tag \`${tag}\` is used once, and looks like \`${near}\`.`
        return [{ rule: 'tag-near-miss', severity: 'warning', message, position, advice: `Did you mean "${near}"?` }]
      }
      const message = `The tag \`${tag}\` is not among the declared ones.`
      const advice = 'Declare it in the `tags` of the plugin, or correct it.'
      return [{ rule: 'undeclared-tag', severity: 'warning', message, position, advice }]
    }),
  )
}

/** Tags that somebody wrote: the family of the `test_id` comes by itself. */
function ownTags({ scenario, positions }: LoadedScenario): readonly string[] {
  if (!positions.fields.has('tags')) return []
  // A matrix adds `[name=value]` to the id.
  const family = /^(.*[A-Za-z][\w.-]*?)-\d+$/.exec(scenario.testId.replace(/\[.*$/, ''))?.[1]?.toLowerCase()
  return scenario.tags.filter((tag) => tag !== family)
}

function usesOf(loaded: readonly LoadedScenario[]): ReadonlyMap<string, number> {
  const uses = new Map<string, number>()
  for (const one of loaded) for (const tag of one.scenario.tags) uses.set(tag, (uses.get(tag) ?? 0) + 1)
  return uses
}

const lengthMin = 4

/** Whether one tag is so near to a more frequent one that it is a slip of the keyboard. Numbered tags differ on purpose. */
function isMeant(
  other: string,
  of: {
    readonly tag: string
    readonly count: number
    readonly uses: ReadonlyMap<string, number>
    readonly declaredTags: readonly string[] | undefined
  },
): boolean {
  const { tag, count, uses, declaredTags } = of
  if (other === tag || tag.length < lengthMin || declaredTags?.includes(tag) === true || count > 1) return false
  if (Math.abs(other.length - tag.length) > 1 || tag.replaceAll(/\d/g, '') === other.replaceAll(/\d/g, '')) return false
  const isEstablished = declaredTags?.includes(other) === true || (uses.get(other) ?? 0) > 1
  return isEstablished && editDistance(tag, other) === 1
}
