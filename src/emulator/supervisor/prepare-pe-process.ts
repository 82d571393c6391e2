import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import type { PeFailure, PeMethods, PePlacement, PePrepared, PeRun } from '../pair-protocol.ts'
import type { Child } from './child.ts'

/** System seconds for which a PE is tried to be started although another process has its port; at least so long in real time. */
const portWaitSeconds = 60
const portWaitMsMin = 2000
/** Between two such attempts, real time. */
const portRetryMs = 100
/** Real time for a PE to open its listeners and to connect to its database. */
const prepareTimeoutMs = 60_000

interface PreparePeProcessOptions {
  readonly run: PeRun
  readonly child: Child<PeMethods>
  readonly placement: () => PePlacement
  readonly applicationConfiguration: () => Readonly<Record<string, string>> | null
  readonly onPortTaken: (failure: PeFailure) => void
  /** It is tried once more, which counts as a launch. */
  readonly onAnotherLaunch: () => void
}

/**
 * Has a PE process open its listeners. While another PE of the pair has its port, such as a standalone process that is not dead
 * yet, Streams' restarts would try again (toolkit reference §4.7). Each counts as a launch; the process is kept, for starting one
 * costs more than all the rest.
 */
export async function preparePeProcess(options: PreparePeProcessOptions): Promise<PePrepared> {
  const { run, child, onPortTaken, onAnotherLaunch } = options
  let untilMs: number | undefined
  for (;;) {
    const placement = options.placement()
    untilMs ??= monotonicNowMs() + Math.max(portWaitMsMin, (portWaitSeconds * 1000) / placement.time.timeScale)
    const applicationConfiguration = run.isStandalone ? null : options.applicationConfiguration()
    const work = { run, placement, applicationConfiguration }
    const prepared = await child.peer.call('prepare', work, { timeoutMs: prepareTimeoutMs })
    const isPortTaken = !prepared.ok && prepared.failure.cause === 'port'
    if (!isPortTaken || run.isStandalone || monotonicNowMs() > untilMs) return prepared
    onPortTaken(prepared.failure)
    await pause(portRetryMs)
    onAnotherLaunch()
  }
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
