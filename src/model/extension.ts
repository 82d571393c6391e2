import type { z } from 'zod'

/** What users can add to the language by a name of their own. */
export type ExtensionKind = 'fault' | 'action' | 'check' | 'probe' | 'generator' | 'snapshot_decoder'

/** What the language needs to know of a registered name: enough to validate, complete and document it, and nothing that runs. */
export interface ExtensionDescriptor {
  readonly kind: ExtensionKind
  /** snake_case, and no name of the language. */
  readonly name: string
  /** A sentence. */
  readonly description: string
  /** Of its arguments in YAML, an object. */
  readonly schema: z.ZodType
}
