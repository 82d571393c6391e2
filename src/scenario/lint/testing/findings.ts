import { loadScenarioFile } from '../../load-scenarios.ts'
import type { LintFinding } from '../finding.ts'
import { lintScenarios } from '../lint-scenarios.ts'
import type { LintOptions } from '../lint-scenarios.ts'

/** What lint says of a file with these fields, `test_id` and `description` in lines 1 and 2 where they are not given. */
export function findingsOf(fields: string, options: LintOptions = {}): readonly LintFinding[] {
  const text = /^(test_id|scenarios|defaults):/m.test(fields) ? fields : `test_id: A-1\ndescription: d\n${fields}`
  const { scenarios } = loadScenarioFile({ file: 'a.yaml', text })
  return lintScenarios(scenarios, { texts: new Map([['a.yaml', text]]), ...options })
}

/** The same as `severity rule @ line`, without that a scenario judges nothing: most tests leave out what they are not about. */
export function linesOf(fields: string, options?: LintOptions): readonly string[] {
  return findingsOf(fields, options)
    .filter(({ rule }) => rule !== 'nothing-judged')
    .map(({ severity, rule, position }) => `${severity} ${rule} @ ${position?.line}`)
}

/** The ids of the rules that find something. */
export function rulesOf(fields: string, options?: LintOptions): readonly string[] {
  return findingsOf(fields, options)
    .map(({ rule }) => rule)
    .filter((rule) => rule !== 'nothing-judged')
}

/** The messages of one rule. */
export function messagesOf(rule: string, fields: string): readonly string[] {
  return findingsOf(fields)
    .filter((finding) => finding.rule === rule)
    .map(({ message }) => message)
}
