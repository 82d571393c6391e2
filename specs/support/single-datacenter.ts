/** One emulated datacenter with its job, as `failover emulate --only` runs it. */
import { FakePeer } from '../../src/peer/fake-peer.ts'
import { jobPlan, startJob, type JobFlags } from '../../src/cli/emulate-job.ts'
import { runEmulate } from '../../src/emulator/emulate.ts'
import { eventually } from './eventually.ts'

export interface SingleDatacenter extends AsyncDisposable {
  readonly restUrl: string
  readonly username: string
  readonly password: string
  readonly crossDcUrl: string
  readonly job: { readonly id: string; readonly name: string; readonly pes: readonly { readonly pid: number }[] }
}

/** Starts dc1, whose remote listens at the port given. Resolves when its job is healthy. */
export async function startSingleDatacenter(options: {
  readonly remotePort: number
  readonly crossDcPort: number
  readonly timeScale: number
  readonly flags?: JobFlags
}): Promise<SingleDatacenter> {
  const { remotePort, crossDcPort, timeScale, flags = {} } = options
  const interrupted = new AbortController()
  const { signal } = interrupted
  const plan = await jobPlan(flags)
  let text = ''
  const run = runEmulate({
    timeScale,
    json: true,
    write: (chunk) => void (text += chunk),
    signal,
    only: {
      dc: 'dc1',
      remote: { host: '127.0.0.1', port: remotePort },
      crossDcPort,
      startJob: async (pair) => await startJob({ pair, dc: 'dc1', plan, signal }),
    },
  })
  // A failure to start must end the wait too.
  await Promise.race([run, eventually('the job to be healthy', () => (text.includes('\n') ? true : undefined), 60)])
  const { datacenters } = JSON.parse(text) as { datacenters: [SingleDatacenter] }
  return {
    ...datacenters[0],
    [Symbol.asyncDispose]: async () => {
      interrupted.abort()
      await run
    },
  }
}

/** The first of so many ports in a row that were free a moment ago. */
export async function freePorts(count: number): Promise<number> {
  await using block = await FakePeer.start({
    listen: { host: '127.0.0.1', port: 0, pairs: count - 1 },
    target: { host: '127.0.0.1', port: 1 },
  })
  return block.listening.port
}
