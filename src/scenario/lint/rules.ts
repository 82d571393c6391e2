import { applicationRules } from './application-rules.ts'
import { checkRules } from './check-rules.ts'
import { faultRules } from './fault-rules.ts'
import type { LintRule, LintSeverity } from './finding.ts'
import { ignoreRules } from './ignores.ts'
import { objectiveRules } from './objective-rules.ts'
import { runRules } from './run-rules.ts'
import { selectionRules } from './selection-rules.ts'
import { takeoverRules } from './takeover-rules.ts'
import { trafficRules } from './traffic-rules.ts'
import { triggerRules } from './trigger-rules.ts'

/** What is looked for in each scenario by itself. */
export const scenarioRules: readonly LintRule[] = [
  ...takeoverRules,
  ...objectiveRules,
  ...checkRules,
  ...triggerRules,
  ...faultRules,
  ...trafficRules,
  ...runRules,
  ...applicationRules,
]

/** Every rule that can be silenced, by its id. */
export const silenceableRules: readonly { readonly id: string; readonly severity: LintSeverity }[] = [
  ...scenarioRules,
  ...selectionRules,
]

/** Every rule by its id; each has a page in docs/lint.md. `invalid`: the file cannot be loaded. */
export const lintRules: readonly { readonly id: string; readonly severity: LintSeverity }[] = [
  { id: 'invalid', severity: 'error' },
  ...silenceableRules,
  ...ignoreRules,
]
