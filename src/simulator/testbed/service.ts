import type { WaitOptions } from '../../model/clock.ts'
import type { WorldDatacenter } from '../world/datacenter.ts'
import { timedOut, unreachable } from './refusals.ts'
import type { RequestName } from './refusals.ts'
import type { VirtualTime } from './virtual-time.ts'

/** A DC as the in-memory clients see it. */
export interface ServedDatacenter {
  readonly datacenter: WorldDatacenter
  readonly time: VirtualTime
  /** Calls back after whatever may change who answers; returns what ends it. */
  readonly onChange: (listener: () => void) => () => void
}

/** Real milliseconds that a request may take, as the HTTP clients have it (src/streams/connection-options.ts). */
const requestTimeoutMs = 10_000

/**
 * Resolves when the DC's management process, which serves every request, takes this one: at once unless it is dead or paused.
 * @throws RequestError, the signal's reason
 */
export async function taken(on: ServedDatacenter, request: RequestName, wait: WaitOptions = {}): Promise<void> {
  wait.signal?.throwIfAborted()
  const { datacenter } = on
  if (datacenter.management === 'running') return
  await settled(on, request, { ...wait, isSettled: () => datacenter.management !== 'paused' })
  if (datacenter.management === 'stopped') throw unreachable(request)
}

/**
 * Resolves when what was asked for has come about: looks after every change.
 * @throws RequestError after the time that a request may take, the signal's reason
 */
export async function settled(
  on: Pick<ServedDatacenter, 'time' | 'onChange'>,
  request: RequestName,
  wait: WaitOptions & { readonly isSettled: () => boolean },
): Promise<void> {
  const { clock } = on.time
  const { isSettled, signal } = wait
  if (isSettled()) return
  const over = new AbortController()
  let look = (): void => undefined
  const changed = new Promise<true>((resolve) => {
    look = () => (isSettled() ? resolve(true) : undefined)
  })
  const unsubscribe = on.onChange(look)
  const end = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal])
  const late = clock.sleep((requestTimeoutMs / 1000) * clock.timeScale, { signal: end }).then((): false => false)
  // Once settled, nobody waits for the time any more.
  late.catch(() => undefined)
  try {
    if (!(await Promise.race([changed, late]))) throw timedOut(request, requestTimeoutMs)
  } finally {
    unsubscribe()
    over.abort()
  }
}
