import { expect, test } from 'vitest'
import type { Application, ApplicationEffect } from '../application.ts'
import type { Composite } from '../../toolkit/composite.ts'
import { MessageFormatError } from '../../toolkit/errors.ts'
import type { HeartbeatMessage, ToolkitEffect, ToolkitInput } from '../../toolkit/io.ts'
import type { PeMessage } from './pe-message.ts'
import type { StoreAccess } from './store-access.ts'
import { ToolkitHost, type Destination, type HostSurroundings, type LaunchResult } from './toolkit-host.ts'

const signal: HeartbeatMessage = {
  heartbeatMsgType: 2,
  heartbeatCnt: 1n,
  dataCenterOrigin: 'dc1',
  dataSnapshot: new Uint8Array(),
  dataSnapshotOrigin: '',
}
const snapshot = (part: string): ApplicationEffect => ({ kind: 'snapshot', signal, part, blob: new Uint8Array() })
const emitSignal: ToolkitEffect = { kind: 'emit_signal', signal }

/** A host whose composite and application answer as the test says; `log` holds what reached them and the surroundings. */
function hostWith(options: {
  readonly composite?: (input: ToolkitInput) => readonly ToolkitEffect[]
  readonly application?: Partial<Application> | null
  readonly store?: StoreAccess
  readonly surroundings?: Partial<HostSurroundings>
  readonly elsewhere?: readonly Destination[]
}) {
  const log: string[] = []
  const note = (text: string): void => void log.push(text)
  const composite: Composite = {
    handle: (input) => {
      note(
        `composite ${input.kind}${'part' in input ? ` ${input.part}` : ''}${'name' in input ? ` ${input.name}` : ''}`,
      )
      return options.composite?.(input) ?? []
    },
    restartOperator: (operator) => {
      note(`restart ${operator}`)
      return []
    },
    state: { remoteStatus: 'up', isClosing: false, rememberedSnapshots: [], operators: {} },
  }
  const quiet = (): readonly ApplicationEffect[] => []
  const createApplication = (): Application => ({
    channels: 1,
    operators: () => [],
    start: ({ checkpoint }) => {
      note(`application start ${checkpoint === null ? 'empty' : checkpoint.join()}`)
      return []
    },
    timer: quiet,
    launched: quiet,
    ingest: quiet,
    command: quiet,
    specialMessageLine: quiet,
    signal: quiet,
    status: (active) => {
      note(`application status ${active}`)
      return []
    },
    replay: quiet,
    ...options.application,
  })
  const { elsewhere = [] } = options
  const passedOn: { readonly to: Destination; readonly message: PeMessage }[] = []
  const nothing = (): void => undefined
  const host = new ToolkitHost({
    composite,
    createApplication: options.application === null ? null : createApplication,
    store: options.store ?? null,
    surroundings: {
      scheduleTick: nothing,
      scheduleTimer: nothing,
      send: nothing,
      acceptPost: (postId) => note(`accept ${postId}`),
      output: nothing,
      state: nothing,
      trace: ({ text }) => note(text),
      event: nothing,
      launch: nothing,
      checkpoint: nothing,
      held: (isHeld) => note(isHeld ? 'held' : 'free'),
      isHere: (destination) => !elsewhere.includes(destination),
      passOn: (to, message) => void passedOn.push({ to, message }),
      crash: (error) => note(`crash ${String(error)}`),
      ...options.surroundings,
    },
  })
  return { host, log, passedOn }
}

test('says that a signal is answered after the last of its snapshots', () => {
  const { host, log } = hostWith({
    composite: ({ kind }) => (kind === 'tick' ? [emitSignal] : []),
    application: { signal: () => [snapshot('0'), snapshot('1')] },
  })
  host.start(null)
  host.input({ kind: 'tick' })
  expect(log.slice(2)).toEqual([
    'composite tick',
    'composite snapshot 0',
    'composite snapshot 1',
    'composite signal_answered',
  ])
})

test('keeps the rest of the application’s submissions, and its inputs, while a sender has no room', () => {
  const { host, log } = hostWith({
    composite: (input) => {
      if (input.kind === 'tick') return [emitSignal, { kind: 'emit_status', active: true, isPlanned: false }]
      if (input.kind === 'snapshot' && input.part === '0') return [{ kind: 'block_application' }]
      return input.kind === 'special' ? [{ kind: 'resume_application' }] : []
    },
    application: { signal: () => [snapshot('0'), snapshot('1')] },
  })
  host.start(null)
  host.input({ kind: 'tick' })
  expect(log.slice(2)).toEqual(['composite tick', 'composite snapshot 0', 'held'])
  host.input({ kind: 'special', message: '' })
  expect(log.slice(5)).toEqual([
    'composite special',
    'free',
    'composite snapshot 1',
    'composite signal_answered',
    'application status true',
  ])
})

test('goes on when each PE that held the application up lets it go, or starts again', () => {
  const { host, log } = hostWith({})
  host.start(null)
  host.tell(1, { kind: 'block_application' })
  host.tell(2, { kind: 'block_application' })
  host.tell(1, { kind: 'resume_application' })
  host.tell(0, { kind: 'emit_status', active: false, isPlanned: false })
  expect(log.slice(2)).toEqual(['held'])
  host.peerRestarted(2)
  expect(log.slice(3)).toEqual(['free', 'application status false'])
})

test('gives the application nothing until its script has ended', () => {
  let end: ((result: LaunchResult) => void) | undefined
  const { host, log } = hostWith({
    application: {
      timer: () => [{ kind: 'launch', command: 'x' }],
      launched: ({ output }) => [{ kind: 'trace', level: 'info', aspect: '', text: `launched ${output}` }],
    },
    surroundings: {
      launch: (_, done) => {
        end = done
      },
    },
  })
  host.start(null)
  host.apply((application) => application.timer('t'))
  host.tell(0, { kind: 'emit_status', active: false, isPlanned: false })
  expect(log.slice(2)).toEqual(['held'])
  end?.({ output: 'done', rc: 0 })
  expect(log.slice(3)).toEqual(['free', 'launched done', 'application status false'])
})

test('a script of an application that was restarted meanwhile says nothing to the new one', () => {
  let end: ((result: LaunchResult) => void) | undefined
  const launched: string[] = []
  const { host } = hostWith({
    application: {
      timer: () => [{ kind: 'launch', command: 'x' }],
      launched: ({ output }) => {
        launched.push(output)
        return []
      },
    },
    surroundings: {
      launch: (_, done) => {
        end = done
      },
    },
  })
  host.start(null)
  host.apply((application) => application.timer('t'))
  host.restartApplication(null)
  end?.({ output: 'late', rc: 0 })
  expect(launched).toEqual([])
})

test('what comes before the start waits for it', () => {
  const { host, log } = hostWith({})
  host.input({ kind: 'tick' })
  expect(log).toEqual([])
  host.start(new Uint8Array([7]))
  expect(log).toEqual(['composite start', 'composite tick', 'application start 7'])
})

test('a restarted application starts from its checkpoint and has lost what waited for it', () => {
  const { host, log } = hostWith({})
  host.start(null)
  host.tell(1, { kind: 'block_application' })
  host.tell(0, { kind: 'emit_status', active: false, isPlanned: false })
  host.restartApplication(new Uint8Array([1, 2]))
  host.tell(1, { kind: 'resume_application' })
  expect(log.slice(2)).toEqual(['held', 'free', 'application start 1,2'])
})

test('passes on what belongs to another PE, and takes what comes from there', () => {
  const elsewhere = ['application', 'CrossDataCenterSender1'] as const
  const tuple = { kind: 'message', message: signal } as const
  const { host, passedOn } = hostWith({
    application: null,
    elsewhere,
    composite: ({ kind }) =>
      kind === 'tick' ? [emitSignal, { kind: 'tuple', to: 'CrossDataCenterSender1', tuple }] : [],
  })
  host.start(null)
  host.input({ kind: 'tick' })
  expect(passedOn).toEqual([
    { to: 'application', message: { kind: 'application', tuple: emitSignal } },
    {
      to: 'CrossDataCenterSender1',
      message: { kind: 'input', input: { kind: 'tuple', to: 'CrossDataCenterSender1', tuple } },
    },
  ])
})

test('sends the answers to a signal to the PEs with the senders and the preparer', () => {
  const { host, passedOn } = hostWith({
    elsewhere: ['HeartbeatMessagePreparer', 'CrossDataCenterSender2[0]'],
    application: { signal: () => [snapshot('0')] },
  })
  host.start(null)
  host.tell(1, { kind: 'emit_signal', signal })
  expect(passedOn.map(({ to, message }) => [to, message.kind === 'input' && message.input.kind])).toEqual([
    ['CrossDataCenterSender2[0]', 'snapshot'],
    ['HeartbeatMessagePreparer', 'signal_answered'],
  ])
})

test('a replay that the application cannot read is refused with an error trace', () => {
  const { host, log } = hostWith({
    composite: ({ kind }) => (kind === 'tick' ? [{ kind: 'emit_replay', message: signal }] : []),
    application: {
      replay: () => {
        throw new MessageFormatError('got noise')
      },
    },
  })
  host.start(null)
  host.input({ kind: 'tick' })
  expect(log.slice(2)).toEqual(['composite tick', 'Refused the replay of dc1-: got noise'])
})

test('an operator that throws ends its PE', () => {
  const { host, log } = hostWith({
    composite: ({ kind }) => {
      if (kind === 'tick') throw new Error('modulo by zero')
      return []
    },
  })
  host.start(null)
  host.input({ kind: 'tick' })
  expect(log.at(-1)).toBe('crash Error: modulo by zero')
})

test('gives what the store answers back to the composite, also when it answers at once', () => {
  const asked: string[] = []
  const { host, log } = hostWith({
    store: {
      perform: (effect, answer) => {
        asked.push(effect.kind)
        if (effect.kind === 'store_write') answer({ kind: 'stored', name: effect.name, error: null })
      },
    },
    composite: ({ kind }) => (kind === 'tick' ? [{ kind: 'store_write', name: 'a', body: new Uint8Array() }] : []),
  })
  host.start(null)
  host.input({ kind: 'tick' })
  expect(asked).toEqual(['store_write'])
  expect(log.at(-1)).toBe('composite stored a')
})
