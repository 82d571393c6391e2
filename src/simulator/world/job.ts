import type { JobRun } from '../../applications/hosting/job-run.ts'
import { describeBuiltin } from '../../applications/builtins.ts'
import type { ApplicationDescription } from '../../applications/application.ts'
import { compositeOperatorOf } from '../../applications/hosting/operator-counters.ts'
import { pairsOf } from '../../applications/hosting/job-settings.ts'
import { TestbedError } from '../../model/errors.ts'
import type { Health } from '../../model/streams-client.ts'
import type { PeSurroundings } from './pe-surroundings.ts'
import { WorldPe } from './pe.ts'
import type { PeStatus } from './pe.ts'

interface WorldJobOptions {
  readonly run: JobRun
  readonly name: string
  readonly submitTime: number
  readonly around: PeSurroundings
}

/** A submitted job and its PEs. */
export class WorldJob {
  readonly id: string
  readonly name: string
  readonly run: JobRun
  readonly description: ApplicationDescription
  /** System seconds on the lease's clock. */
  readonly submitTime: number
  readonly pes: readonly WorldPe[]
  status: 'running' | 'canceling' = 'running'
  wasHealthy = false

  constructor({ run, name, submitTime, around }: WorldJobOptions) {
    this.id = run.jobId
    this.name = name
    this.run = run
    this.description = describeBuiltin(run.application)
    this.submitTime = submitTime
    this.pes = run.pes.map((_, index) => new WorldPe({ run, index, around }))
  }

  /** The sum of its PEs' (streams-rest-api reference §9). */
  get health(): Health {
    const healths = this.pes.map((pe) => this.peHealth(pe))
    if (healths.every((health) => health === 'healthy')) return 'healthy'
    return healths.every((health) => health === 'unhealthy') ? 'unhealthy' : 'partiallyUnhealthy'
  }

  /** A PE's health by its status and its connections to the job's other PEs (streams-rest-api reference §9). */
  peHealth(pe: WorldPe): Health {
    const isConnected = this.pes.every(({ status }) => status === 'running')
    return pe.status === 'running' && !isConnected ? 'partiallyUnhealthy' : healthByStatus[pe.status]
  }

  /** The PE that has the application with its endpoints. */
  get applicationPe(): WorldPe {
    const [pe] = this.pes
    if (pe === undefined) throw new TestbedError(`Job ${this.id} has no PE.`)
    return pe
  }

  /** The PE that holds an operator; operators that are not the composite's are the application's. */
  holderOf(operator: string): WorldPe {
    const ofComposite = compositeOperatorOf(operator, pairsOf(this.run))
    const index = this.run.pes.findIndex(({ part }) =>
      ofComposite === undefined ? part.hasApplication : part.operators.includes(ofComposite),
    )
    const holder = this.pes[index]
    if (holder === undefined) throw new TestbedError(`No PE of job ${this.id} holds the operator ${operator}.`)
    return holder
  }

  /** The PE that stores the other DC's snapshots. */
  get storingPe(): WorldPe | undefined {
    return this.pes.find((_, index) => this.run.pes[index]?.part.operators.includes('RemoteDataCenterWatchdog'))
  }
}

const healthByStatus: Readonly<Record<PeStatus, Health>> = {
  running: 'healthy',
  starting: 'partiallyUnhealthy',
  stopped: 'unhealthy',
}
