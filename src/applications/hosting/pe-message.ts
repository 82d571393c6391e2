import type { ToolkitEffect, ToolkitInput } from '../../toolkit/io.ts'

/** What the composite says to the application, wherever that is. */
export type ApplicationTuple = ToolkitEffect & {
  readonly kind: 'emit_signal' | 'emit_status' | 'emit_replay' | 'block_application' | 'resume_application'
}

/** What goes from one PE of a job to another. */
export type PeMessage =
  | { readonly kind: 'input'; readonly input: ToolkitInput }
  | { readonly kind: 'application'; readonly tuple: ApplicationTuple }
  /** For the event log: the PE with the application tells of the first output. */
  | { readonly kind: 'takeover_started' }
