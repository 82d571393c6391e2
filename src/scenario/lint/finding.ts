import type { InputProblem, SourcePosition } from '../../model/errors.ts'
import type { LintSubject } from './subject.ts'

/** `error`: the run cannot do what the scenario says. `warning`: it can, and hardly as it was meant. */
export type LintSeverity = 'error' | 'warning'

/** Something that lint found. */
export interface LintFinding extends InputProblem {
  /** Id of the rule; each has a page in docs/lint.md. */
  readonly rule: string
  readonly severity: LintSeverity
}

/** What a rule found: a sentence with its figures, where, and what to do. */
export interface Found {
  readonly message: string
  readonly position: SourcePosition
  readonly advice: string
}

/** What is looked for in each scenario by itself. */
export interface LintRule {
  /** Stable, kebab-case. */
  readonly id: string
  readonly severity: LintSeverity
  /** It says that a run cannot pass, which is what a `known_issue` expects. @default false */
  readonly isExcused?: boolean
  readonly find: (subject: LintSubject) => readonly Found[]
}
