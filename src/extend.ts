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
  CheckDefinition,
  FaultDefinition,
  GeneratorDefinition,
  ProbeDefinition,
  SnapshotDecoderDefinition,
} from './extensions/define.ts'
export type { Extension } from './extensions/extension.ts'
export { bitRate, duration, rate, share, size } from './scenario/schema-quantities.ts'
export { datacenter } from './scenario/datacenter-schema.ts'
export { z } from 'zod'
export type { Facts } from './checks/facts.ts'
export type { FaultContext } from './faults/context.ts'
export type { Effective, Injection, Undo } from './faults/fault-kind.ts'
export type { ActionContext } from './run/run-extensions.ts'
export type { ProbeContext } from './run/registered-probe.ts'
export * from './model/errors.ts'
