/**
 * The face for users' own files of extensions: `vitest-failover/extend`. It needs no test runner, so that the plugin and the command
 * line can load such files as well.
 */
export {
  defineAction,
  defineCheck,
  defineFault,
  defineGenerator,
  defineProbe,
  defineSnapshotDecoder,
} from './extensions/define.ts'
export type {
  ActionDefinition,
  Arguments,
  CheckDefinition,
  FaultDefinition,
  GeneratorDefinition,
  Parameters,
  PlainData,
  ProbeDefinition,
  SnapshotDecoderDefinition,
} from './extensions/define.ts'
export type { Extension } from './extensions/extension.ts'
export type { ExtensionKind } from './model/extension.ts'
export { bitRate, duration, rate, share, size } from './scenario/schema-quantities.ts'
export { datacenter } from './scenario/datacenter-schema.ts'
export { z } from 'zod'
export type { CustomAnswer } from './checks/custom-check.ts'
export type { Facts } from './checks/facts.ts'
export type { GeneratedItem, GeneratorContext, ItemSource } from './data/registered-generator.ts'
export type { FaultContext } from './faults/context.ts'
export type { Effective, Injection, Undo, Undone } from './faults/fault-kind.ts'
export type { RegisteredInjection } from './faults/registered-fault.ts'
export type { ActionContext } from './run/run-extensions.ts'
export type { ProbeContext } from './run/registered-probe.ts'
export type { JsonObject, JsonValue } from './model/json.ts'
export type { DecodedSnapshot, Timeline, TimelineEvent } from './model/timeline.ts'
export * from './model/errors.ts'
