import { describe, expect, test } from 'vitest'
import { effectTexts } from '../testing/effect-texts.ts'
import type { PreparerOutput } from './preparer.ts'
import { TickFlow } from './tick-flow.ts'

const message = {
  heartbeatMsgType: 1,
  heartbeatCnt: 1n,
  dataCenterOrigin: 'dc1',
  dataSnapshot: new Uint8Array(0),
  dataSnapshotOrigin: '',
}
const deletion: PreparerOutput = { kind: 'delete_stored', from: 'files' }
const signal: PreparerOutput = { kind: 'signal', message }
const heartbeat: PreparerOutput = { kind: 'heartbeat', message }
const afterwards = [{ kind: 'schedule_tick', afterSeconds: 30 }] as const

/** A flow whose surroundings can be changed, and which tells what it performed. */
function createFlow(isFused = false) {
  const around = { hasRoom: true, isIdle: true }
  const flow = new TickFlow({
    isFused,
    hasRoom: () => around.hasRoom,
    isIdle: () => around.isIdle,
    perform: ({ kind }) => [{ kind: 'trace', level: 'error', aspect: '', text: kind }],
  })
  const begin = (...outputs: readonly PreparerOutput[]): string =>
    effectTexts(flow.begin(outputs, afterwards)).join(', ')
  return { flow, around, begin, goOn: () => effectTexts(flow.goOn()).join(', ') }
}

describe('TickFlow', () => {
  test('carries out a tick at once and what follows behind it', () => {
    const { begin, goOn } = createFlow()
    expect(begin(deletion, signal, heartbeat)).toBe('error: delete_stored, error: signal, error: heartbeat, tick in 30')
    expect(begin()).toBe('tick in 30')
    expect(goOn()).toBe('')
  })

  test('stops before a heartbeat for which there is no room, and the tick with it', () => {
    const { begin, goOn, around } = createFlow()
    around.hasRoom = false
    expect(begin(signal, heartbeat)).toBe('error: signal')
    expect(goOn()).toBe('')
    around.hasRoom = true
    expect(goOn()).toBe('error: heartbeat, tick in 30')
  })

  test('is not held up by a full queue when it has no heartbeat for it', () => {
    const { begin, around } = createFlow()
    around.hasRoom = false
    expect(begin()).toBe('tick in 30')
  })

  test('unfused waits neither for the application nor for snapshots on their way', () => {
    const { begin, around } = createFlow()
    around.isIdle = false
    expect(begin(signal, heartbeat)).toBe('error: signal, error: heartbeat, tick in 30')
  })

  test('fused waits behind a signal for the application and its POSTs', () => {
    const { begin, goOn, around, flow } = createFlow(true)
    expect(begin(signal, heartbeat)).toBe('error: signal')
    around.isIdle = false
    expect(effectTexts(flow.answered())).toEqual([])
    around.isIdle = true
    expect(goOn()).toBe('error: heartbeat, tick in 30')
  })

  test('fused waits for the application also when the preparer was restarted meanwhile', () => {
    const { begin, flow } = createFlow(true)
    begin(signal, heartbeat)
    expect(effectTexts(flow.dropOutputs())).toEqual([])
    expect(effectTexts(flow.answered())).toEqual(['tick in 30'])
  })

  test('fused does not begin while a POST has the thread', () => {
    const { begin, goOn, around } = createFlow(true)
    around.isIdle = false
    expect(begin(heartbeat)).toBe('')
    around.isIdle = true
    expect(goOn()).toBe('error: heartbeat, tick in 30')
  })

  test('takes ticks that pile up for one long one', () => {
    const { begin, goOn, around } = createFlow()
    around.hasRoom = false
    expect([begin(heartbeat), begin(signal, heartbeat)]).toEqual(['', ''])
    around.hasRoom = true
    expect(goOn()).toBe('error: heartbeat, error: signal, error: heartbeat, tick in 30, tick in 30')
  })

  test('forgets a restarted preparer’s outputs and goes on, or with a restarted generator the whole tick', () => {
    const preparer = createFlow()
    preparer.around.hasRoom = false
    preparer.begin(heartbeat)
    expect(effectTexts(preparer.flow.dropOutputs())).toEqual(['tick in 30'])
    const generator = createFlow()
    generator.around.hasRoom = false
    generator.begin(heartbeat)
    generator.flow.drop()
    generator.around.hasRoom = true
    expect(generator.goOn()).toBe('')
  })
})
