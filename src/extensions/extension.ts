import type { z } from 'zod'
import type { CustomCheck } from '../checks/custom-check.ts'
import type { RegisteredGenerator } from '../data/registered-generator.ts'
import type { RegisteredFault } from '../faults/registered-fault.ts'
import type { ExtensionDescriptor, ExtensionKind } from '../model/extension.ts'
import type { RegisteredAction } from '../run/run-extensions.ts'
import type { RegisteredProbe } from '../run/registered-probe.ts'
import type { SnapshotDecoder } from '../run/stored-snapshots.ts'

/** By which a value is known as an extension, also one that another copy of this package made. */
export const extensionMark = Symbol.for('vitest-failover.extension')

/** What runs when a name of each kind is used. */
export interface ExtensionBehaviours {
  readonly fault: Omit<RegisteredFault, 'name'>
  readonly action: { readonly perform: RegisteredAction }
  readonly check: { readonly judge: CustomCheck }
  readonly probe: RegisteredProbe
  readonly generator: Omit<RegisteredGenerator, 'name'>
  readonly snapshot_decoder: SnapshotDecoder
}

/** A name that a user's file adds to the language: what `define…` gives. Export it from a file that the option `extensions` names. */
export interface Extension<
  Kind extends ExtensionKind = ExtensionKind,
  Name extends string = string,
  Schema extends z.ZodType = z.ZodType,
> extends ExtensionDescriptor {
  readonly [extensionMark]: true
  readonly kind: Kind
  readonly name: Name
  readonly schema: Schema
  readonly behaviour: ExtensionBehaviours[Kind]
}

/** Whether a file's export is an extension. */
export function isExtension(value: unknown): value is Extension {
  return typeof value === 'object' && value !== null && extensionMark in value
}
