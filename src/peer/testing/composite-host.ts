import { referenceCrossDcSettings } from '../../model/crossdc-settings.ts'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import type { ToolkitBehaviour } from '../../model/toolkit-behaviour.ts'
import { createRandom } from '../../support/random.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { createScaledClock } from '../../support/scaled-clock.ts'
import { createComposite } from '../../toolkit/composite.ts'
import type { ToolkitEffect, ToolkitInput } from '../../toolkit/io.ts'
import { post } from '../../wire/post.ts'
import { defaultPeerPaths } from '../paths.ts'
import { Receivers } from '../receivers.ts'
import { PeerRecords } from '../records.ts'

/** A job: the toolkit's composite over real sockets, with an application of some parts and no store. */
export interface HostedComposite extends AsyncDisposable {
  /** Its own cross-DC listener. */
  readonly port: number
  /** nTuplesSubmitted of its heartbeat watchdog. */
  submitted(): number
  special(message: string): void
  /** Where its remote listens; what it sends before that is refused. */
  connect(remotePort: number): void
}

interface HostOptions {
  readonly timeScale: number
  readonly settings?: Partial<CrossDcSettings>
  readonly behaviour?: ToolkitBehaviour
  /** @default 1 */
  readonly parts?: number
}

export async function hostComposite(options: HostOptions): Promise<HostedComposite> {
  const { timeScale, parts = 1, behaviour } = options
  const settings: CrossDcSettings = {
    ...referenceCrossDcSettings,
    localDataCenterName: 'dc1',
    crossDCOperationMode: 1,
    dataSnapshotStorageDirectory: '',
    ...options.settings,
    remoteDataCenterApplicationMachineNames: '127.0.0.1',
  }
  const clock = createScaledClock({ originMs: monotonicNowMs(), timeScale })
  const ended = new AbortController()
  // Port 1 is nobody's.
  let remotePort = 1
  const records = new PeerRecords({ recordsMax: 1000, bodyBytesMax: 1e6 })
  const receivers = await Receivers.open({
    host: '127.0.0.1',
    port: 0,
    pairs: settings.numberOfHttpSenderReceiverPairs,
    paths: defaultPeerPaths,
    behaviour: { kind: 'accept' },
    clock,
    records,
  })
  const random = createRandom(1)
  const composite = createComposite({ settings, random, parts, ...(behaviour === undefined ? {} : { behaviour }) })
  const handle = (input: ToolkitInput): void => {
    if (!ended.signal.aborted) for (const effect of composite.handle(input)) perform(effect)
  }
  const send = async (effect: ToolkitEffect & { readonly kind: 'send' }): Promise<void> => {
    const result = await post({
      host: effect.machine,
      port: remotePort + effect.portOffset,
      path: effect.path,
      body: effect.body,
      connectTimeoutMs: (effect.connectTimeoutSeconds * 1000) / timeScale,
      readTimeoutMs: (effect.readTimeoutSeconds * 1000) / timeScale,
      signal: ended.signal,
    })
    handle({ kind: 'sent', sendId: effect.sendId, result })
  }
  const tick = async (afterSeconds: number): Promise<void> => {
    await clock.sleep(afterSeconds, { signal: ended.signal })
    handle({ kind: 'tick' })
  }
  const perform = (effect: ToolkitEffect): void => {
    if (effect.kind === 'send') void send(effect)
    else if (effect.kind === 'schedule_tick') tick(effect.afterSeconds).catch(() => undefined)
    else if (effect.kind === 'store_write') handle({ kind: 'stored', name: effect.name, error: null })
    else if (effect.kind === 'store_read_all') handle({ ...effect, entries: [] })
    else if (effect.kind === 'store_read') handle({ ...effect, result: { kind: 'error', error: 'errno 2' } })
    else if (effect.kind === 'emit_signal') {
      for (let part = 0; part < parts; part += 1) {
        const blob = new TextEncoder().encode(`state of part ${part}`)
        handle({ kind: 'snapshot', signal: effect.signal, part: String(part), blob })
      }
      handle({ kind: 'signal_answered' })
    }
  }
  let postId = 0
  records.subscribe(({ portOffset, body, direction }) => {
    if (direction === 'received') handle({ kind: 'post', postId: (postId += 1), portOffset, body })
  })
  handle({ kind: 'start' })
  return {
    port: receivers.port,
    submitted: () => composite.state.operators['RemoteDataCenterHeartbeatWatchdog']?.submitted[0] ?? Number.NaN,
    connect: (port) => {
      remotePort = port
    },
    special: (message) => handle({ kind: 'special', message }),
    [Symbol.asyncDispose]: async () => {
      ended.abort()
      await receivers[Symbol.asyncDispose]()
    },
  }
}
