import type { DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { StoreProbe } from '../../model/testbed.ts'
import { probeAnswerMsMax } from '../pe/probe-marker.ts'
import type { PeLife } from './pe-life.ts'

/** Over what the PE itself waits for its store. */
const callTimeoutMs = probeAnswerMsMax + 5000

/**
 * Asks the snapshot store of a DC, by the PE whose operator stores the remote's snapshots.
 * @throws TestbedError when no such PE runs, or it does not answer
 */
export async function probeStoreOf(dc: DatacenterName, pes: readonly PeLife[]): Promise<StoreProbe> {
  const holder = pes.find(
    ({ run, child }) =>
      child !== null && run.pes[run.indexWithinJob]?.part.operators.includes('RemoteDataCenterWatchdog') === true,
  )
  const child = holder?.child ?? null
  if (holder === undefined || child === null) {
    throw new TestbedError(`Expected a running PE in ${dc} that stores snapshots, so that its store can be probed.`)
  }
  if (child.isPaused()) {
    throw new TestbedError(`PE ${holder.run.peId} in ${dc} is paused: it cannot say what its snapshot store does.`)
  }
  return await child.peer.call('probeStore', {}, { timeoutMs: callTimeoutMs })
}
