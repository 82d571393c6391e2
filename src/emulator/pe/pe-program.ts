import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { JsonObject } from '../../model/json.ts'
import { Disposables } from '../../support/disposal.ts'
import { receiverName, type OperatorName } from '../../toolkit/operators.ts'
import { closeHttp } from '../http-server.ts'
import { systemSeconds } from '../lease-time.ts'
import type { PeHostMethods, PeInternals, PePeer, PePlacement, PeRun } from '../pair-protocol.ts'
import type { PePart } from '../../applications/hosting/partition-operators.ts'
import type { StoreProbe } from '../../model/testbed.ts'
import type { Peer } from '../rpc/message-peer.ts'
import { openInternalServer } from './internal-server.ts'
import { readJobSettings } from '../../applications/hosting/job-settings.ts'
import { openSnapshotStore } from './open-snapshot-store.ts'
import { readIfThere } from './read-if-there.ts'
import { PeLog } from './pe-log.ts'
import { PeMesh } from './pe-mesh.ts'
import { PeOperators } from './pe-operators.ts'
import { openReceivers } from './receivers.ts'
import type { StoreFailure } from './snapshot-store.ts'
import { openSpecialMessagePort } from './special-port.ts'
import type { StoreFaults } from './store-faults.ts'

/** A PE whose listeners are open and whose operators have not begun. */
export interface PreparedPe {
  readonly crossDcPorts: readonly number[]
  readonly internals: PeInternals
  readonly meshPort: number
  start(): void
  peers(peers: readonly PePeer[]): void
  pausing(isPausing: boolean): void
  /** @throws Error when this PE does not hold it */
  restartOperator(operator: string): Promise<void>
  /** @throws Error when this PE has no snapshot store */
  probeStore(): Promise<StoreProbe>
  stop(): void
}

/** What a PE is prepared from. */
export interface PreparePeOptions {
  readonly run: PeRun
  readonly placement: PePlacement
  readonly applicationConfiguration: Readonly<Record<string, string>> | null
  readonly supervisor: Peer<PeHostMethods>
  /** What the snapshot store suffers. */
  readonly storeFaults: StoreFaults
  /** Resolves while the supervisor keeps up with what it is told. */
  readonly supervisorRoom: () => Promise<void>
}

/**
 * Reads the job's settings, connects to its store and opens all listeners.
 * @throws ListenError, or what is wrong with the settings or the store: the PE cannot start then, and nothing stays open
 */
export async function preparePe(options: PreparePeOptions): Promise<PreparedPe> {
  const { run, placement } = options
  const { address, receivers, time } = placement
  const log = new PeLog(options)
  const settings = readSettings(options, log)
  const { crossDCHttpPort, numberOfHttpSenderReceiverPairs: pairs } = settings
  const part = partOf(run)
  const basePort = receivers.basePort ?? crossDCHttpPort
  await using undo = new Disposables()
  const store = part.operators.some(usesStore) ? undo.use(await openStore({ ...options, settings, log, part })) : null
  const mesh = await PeMesh.open({
    address,
    secret: run.secret,
    indexWithinJob: run.indexWithinJob,
    onMessage: (from, message) => operators.receive(from, message),
    onDropped: (to) => operators.lostTuple(to),
    onRestarted: (index) => operators.peerRestarted(index),
  })
  undo.defer(() => mesh.close())
  const onLateness = (worstMs: number): void => reportLateness(options, { worstMs, log })
  const operators: PeOperators = new PeOperators({ ...options, settings, part, basePort, store, mesh, log, onLateness })
  const internals = await openInternalServer(address, operators)
  undo.defer(() => internals.close())
  const special = operators.hasSpecialMessagePort ? await openSpecial({ address, operators, log }) : null
  if (special !== null) undo.defer(async () => await special.close())
  // Last: from now on there may be POSTs.
  const portOffsets = receiversOf(part, pairs)
  const posts = await openReceivers({
    address: receivers.address,
    basePort,
    portOffsets,
    time,
    onPost: async (portOffset, body) => {
      // Every POST leads to events: a flood of them must not pile up here.
      await options.supervisorRoom()
      return await operators.post(portOffset, body)
    },
  })
  for (const server of posts) undo.defer(() => closeHttp(server))
  const opened = undo.move()
  return {
    crossDcPorts: portOffsets.map((offset) => basePort + offset),
    internals: { port: internals.port, secret: internals.secret, specialMessagePort: special?.port ?? null },
    meshPort: mesh.port,
    start: () => operators.start(),
    peers: (peers) => mesh.peers(peers),
    pausing: (isPausing) => operators.pausing(isPausing),
    restartOperator: async (operator) => await operators.restartOperator(operator),
    probeStore: async () => {
      if (store === null) throw new Error(`PE ${run.peId} of job ${run.jobId} has no snapshot store.`)
      return await store.probe()
    },
    stop: () => {
      operators.stop()
      void opened[Symbol.asyncDispose]()
    },
  }
}

function partOf(run: PeRun): PePart {
  const pe = run.pes[run.indexWithinJob]
  if (pe === undefined) throw new Error(`Expected a PE of job ${run.jobId}, got number ${run.indexWithinJob}.`)
  return pe.part
}

/** A missing application configuration is traced once and no more is made of it (toolkit reference §1.1). */
function readSettings({ run, applicationConfiguration }: PreparePeOptions, log: PeLog): CrossDcSettings {
  const { settings, notes } = readJobSettings(run, applicationConfiguration, readIfThere)
  const missing = notes.find(({ kind }) => kind === 'no_application_configuration')
  if (missing !== undefined) log.trace({ level: 'error', aspect: 'Runtime', text: missing.text })
  return settings
}

/** 0 is the receiver of heartbeats, 1 + c snapshot receiver c. */
function receiversOf(part: PePart, pairs: number): readonly number[] {
  const offsets = Array.from({ length: 1 + pairs }, (_, offset) => offset)
  return offsets.filter((offset) => part.operators.includes(receiverName(offset)))
}

/** The operators that ask the store for something, and those that are the table's. */
function usesStore(operator: OperatorName): boolean {
  return (
    operator === 'HeartbeatMessagePreparer' ||
    operator === 'RemoteDataCenterWatchdog' ||
    operator === 'SendSnapshotFilesData' ||
    operator.startsWith('Snapshot')
  )
}

async function openStore(
  options: PreparePeOptions & { readonly settings: CrossDcSettings; readonly log: PeLog; readonly part: PePart },
): ReturnType<typeof openSnapshotStore> {
  const { run, placement, settings, log, part, storeFaults: faults } = options
  const { storageDirectory, time } = placement
  // A PE that only has the preparer reaches the table by connections of its own, but its operators are elsewhere and speak there.
  const isSilent = !part.operators.includes('SnapshotInserter')
  return await openSnapshotStore({
    settings,
    quirks: run.toolkit.quirks,
    storageDirectory,
    time,
    faults,
    onFailure: (failure) => log.event('toolkit_error', { detail: failureDetail(failure) }),
    trace: (level, text) => (isSilent ? undefined : log.trace({ level, aspect: 'CrossDCSnapshotJdbc', text })),
  })
}

/** What the toolkit itself makes nothing of: timelines show it all the same. */
function failureDetail({ operation, name, error }: StoreFailure): JsonObject {
  const what = { read: 'read', read_all: 'read what is stored', delete: 'delete', delete_all: 'delete what is stored' }
  const subject = name === undefined ? '' : ` ${name}`
  const text = `Cannot ${what[operation]}${subject}: ${error}`
  return { aspect: 'SnapshotStore', text, operation, ...(name !== undefined && { name }), error }
}

function reportLateness(
  { placement, supervisor }: PreparePeOptions,
  { worstMs, log }: { readonly worstMs: number; readonly log: PeLog },
): void {
  const { time } = placement
  supervisor.notify('lateness', { leaseId: time.leaseId, worstMs })
  log.event('lateness', { detail: { seconds: systemSeconds(time, worstMs), milliseconds: worstMs } })
}

async function openSpecial(options: {
  readonly address: string
  readonly operators: PeOperators
  readonly log: PeLog
}): ReturnType<typeof openSpecialMessagePort> {
  const { address, operators, log } = options
  return await openSpecialMessagePort({
    address,
    onLine: (line) => operators.specialMessageLine(line),
    onError: (text) => log.trace({ level: 'error', aspect: 'Special_Message_Sender', text }),
  })
}
