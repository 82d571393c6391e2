import { TestbedError } from '../../model/errors.ts'
import type { ActControl, ActOutcome, PerformedActs, TestbedAct, TestbedTrigger } from '../../model/testbed-act.ts'
import type { World } from '../world/world.ts'
import type { VirtualTime } from './virtual-time.ts'

interface ActOptions {
  readonly world: World
  readonly time: VirtualTime
  /** Something was done to the pair. */
  readonly changed: () => void
}

/** Acts on a simulated pair: now, or in the world itself at the very moment of an event. */
export function createActControl(options: ActOptions): ActControl {
  return {
    perform: async (acts, { when, signal } = {}): Promise<PerformedActs> => {
      signal?.throwIfAborted()
      if (when !== undefined) return await armed({ ...options, acts, when, signal })
      const outcomes = performAll(acts, options)
      return await Promise.resolve({ outcomes })
    },
  }
}

/** Performs one act now. @throws TestbedError when it cannot be done */
export function performNow(act: TestbedAct, { world, changed }: ActOptions): ActOutcome {
  const outcome = world.perform(act)
  changed()
  return outcome
}

function performAll(acts: readonly TestbedAct[], options: ActOptions): readonly ActOutcome[] {
  const outcomes: ActOutcome[] = []
  for (const act of acts) {
    try {
      outcomes.push(performNow(act, options))
    } catch (cause) {
      throw explained(cause, acts, outcomes.length)
    }
  }
  return outcomes
}

/** The wait makes time go on, for what it waits for is in the world. */
async function armed(
  work: ActOptions & {
    readonly acts: readonly TestbedAct[]
    readonly when: TestbedTrigger
    readonly signal: AbortSignal | undefined
  },
): Promise<PerformedActs> {
  const { world, time, changed, acts, when, signal } = work
  const release = time.hold()
  let disarm = (): void => undefined
  let leave = (): void => undefined
  try {
    return await new Promise<PerformedActs>((resolve, reject) => {
      leave = (): void => {
        disarm()
        // What the caller aborted with is what the caller gets, as with fetch.
        // eslint-disable-next-line typescript/prefer-promise-reject-errors
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', leave, { once: true })
      disarm = world.arm(acts, when, (result) => {
        time.woke()
        changed()
        if (result instanceof Error) reject(result)
        else resolve(result)
      })
    })
  } finally {
    signal?.removeEventListener('abort', leave)
    release()
  }
}

function explained(cause: unknown, acts: readonly TestbedAct[], done: number): unknown {
  if (acts.length === 1) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  const before = acts.slice(0, done).map(({ kind }) => kind)
  const undone = before.length === 0 ? '' : ` Done before it, and not undone: ${before.join(', ')}.`
  return new TestbedError(`Act ${done + 1} of ${acts.length}, ${acts[done]?.kind}, failed: ${why}${undone}`, { cause })
}
