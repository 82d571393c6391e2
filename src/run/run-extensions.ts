import type { CustomCheck } from '../checks/custom-check.ts'
import type { Clock } from '../model/clock.ts'
import { TestbedError } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import type { PerDatacenter } from '../model/scenario.ts'
import type { DatacenterAccess } from '../model/testbed.ts'
import { asJson, isJsonObject, shown } from '../support/plain-json.ts'
import type { Session } from './session.ts'
import type { SnapshotDecoder } from './stored-snapshots.ts'

/** What a registered action may use. */
export interface ActionContext {
  /** Seconds of system time from t = 0. */
  readonly clock: Clock
  readonly datacenters: PerDatacenter<Pick<DatacenterAccess, 'name' | 'streams' | 'exchange'>>
  /** Id of the DC's present job, or null. */
  readonly jobId: (dc: 'dc1' | 'dc2') => string | null
  /** Puts a mark on the timeline. */
  readonly mark: (label: string) => void
  /** Aborts when the run ends. */
  readonly signal: AbortSignal
}

/** What a user's kind of step does. What it answers goes into the timeline. */
export type RegisteredAction = (args: JsonObject, context: ActionContext) => Promise<JsonObject | void>

/** The users' kinds that a run needs, by name. */
export interface RunExtensions {
  readonly checks: ReadonlyMap<string, CustomCheck>
  readonly actions: ReadonlyMap<string, RegisteredAction>
  /** Of the application's snapshots. */
  readonly decoder?: SnapshotDecoder
}

/** A run without any. */
export const noRunExtensions: RunExtensions = { checks: new Map(), actions: new Map() }

/** Does a registered action. @throws TestbedError when it fails, with its own error as the cause */
export async function performRegistered(
  action: { readonly name: string; readonly args: JsonObject },
  around: { readonly extensions: RunExtensions; readonly session: Session; readonly signal: AbortSignal },
): Promise<JsonObject> {
  const { name, args } = action
  const { extensions, session, signal } = around
  const perform = extensions.actions.get(name)
  if (perform === undefined) throw new TestbedError(`The action ${name} is not registered here.`)
  const { clock, pair, jobs, recorder } = session
  const context: ActionContext = {
    clock,
    datacenters: pair.datacenters,
    jobId: (dc) => jobs.currentJobId(dc),
    mark: (label) => recorder.note('mark', { detail: { label } }),
    signal,
  }
  let answer: unknown
  try {
    answer = await unlessAborted(perform(args, context), signal)
  } catch (cause) {
    signal.throwIfAborted()
    throw new TestbedError(`The action ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
  const detail = asJson(answer ?? {})
  if (isJsonObject(detail)) return detail
  throw new TestbedError(
    `The action ${name}: expected it to answer nothing, or data that JSON can hold under names, got ${shown(answer)}.`,
  )
}

/** An action that hangs must not hold up the run's end: what it began is its own then. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(new Error('The action did not end before the run did.', { cause: signal.reason }))
    signal.addEventListener('abort', leave, { once: true })
  })
  try {
    signal.throwIfAborted()
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
