import type { AskedCheck } from '../../model/check.ts'
import { TestbedError } from '../../model/errors.ts'
import type { InjectedFault } from '../../model/fault.ts'
import type { JsonObject } from '../../model/json.ts'
import type { ActionStep, WaitAction } from '../../model/step.ts'
import type { Session } from '../session.ts'
import { runProgram, sendRequest } from './outside.ts'
import { awaitTrigger } from './triggers.ts'

/** What actions need of the run around them. */
export interface ActionSurroundings {
  readonly session: Session
  readonly injected: ReadonlyMap<string, InjectedFault>
  /** When a step began; waits for that. */
  readonly beginningOf: (step: string) => Promise<number>
  /** Judges what was seen so far, and keeps the result for the report. */
  readonly judgeNow: (check: AskedCheck) => Promise<JsonObject>
  /** Does a registered action. */
  readonly custom: (name: string, args: JsonObject, signal: AbortSignal) => Promise<JsonObject>
}

/** Does what the step says; answers what came of it, for the timeline. */
export async function performAction(
  step: ActionStep,
  around: ActionSurroundings,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { action } = step
  const { session } = around
  switch (action.kind) {
    case 'load': {
      const { rate, factor, into } = action
      session.setLoad({ rate, factor, into })
      return { ...(rate === undefined ? {} : { rate }), ...(factor === undefined ? {} : { factor }) }
    }
    case 'quiesce':
      await session.stopTraffic()
      await Promise.all([session.readOutputs('dc1'), session.readOutputs('dc2')])
      return {}
    case 'mark':
      session.recorder.note('mark', { detail: { label: action.label } })
      return { label: action.label }
    case 'wait':
      return await wait(action, around, signal)
    case 'heal': {
      const injected = around.injected.get(action.step)
      if (injected === undefined) {
        throw new TestbedError(
          `heal: Expected the fault of step ${action.step} to act by now, but it has not been injected.`,
        )
      }
      await injected.heal()
      return { step: action.step }
    }
    case 'check':
      return await around.judgeNow(action.check)
    case 'exec':
      return await runProgram(action, signal)
    case 'http':
      return await sendRequest(action, signal)
    case 'custom':
      return await around.custom(action.name, action.args, signal)
    default:
      return action satisfies never
  }
}

async function wait(action: WaitAction, around: ActionSurroundings, signal: AbortSignal): Promise<JsonObject> {
  const { seconds, until: trigger, within } = action
  const { session, beginningOf } = around
  if (trigger === undefined) {
    await session.clock.sleep(seconds ?? 0, { signal })
    return {}
  }
  // Whoever waits means what comes from now on.
  const since = trigger.since === undefined ? session.clock.now() : await beginningOf(trigger.since)
  const { event, t } = await awaitTrigger(session, { trigger, since, signal, within })
  return { event, seenAt: t }
}
