import { describe, expect, test } from 'vitest'
import type { Application } from './application.ts'
import { createPassiveSample } from './passive-sample.ts'
import { countersOf, message, surroundingsOf, tracesOf } from './testing/sample-surroundings.ts'

const command = '/opt/takeover.sh -x "a b"'

function passiveSample(given: { readonly crossDCOperationMode?: number } = {}): Application {
  const surroundings = surroundingsOf({ localDataCenterName: 'dc2', crossDCOperationMode: 0, ...given })
  return createPassiveSample({ surroundings, shellScriptName: command, timerTickPeriod: 60 })
}

const unplanned = { isPlanned: false }

describe('the status line', () => {
  const line = (mode: string, remote: string): string =>
    `error : Local data center dc2, operation mode ${mode}, remote data center: ${remote}.`

  test('comes at the start and again after each period', () => {
    const sample = passiveSample()
    const next = { kind: 'schedule_timer', timer: 'TimerSignalGenerator', afterSeconds: 60 }
    const first = sample.start({ checkpoint: null })
    expect(tracesOf(first)).toEqual([line('passive', 'first contact not made')])
    expect(first).toContainEqual(next)
    const second = sample.timer('TimerSignalGenerator')
    expect(tracesOf(second)).toEqual([line('passive', 'first contact not made')])
    expect(second).toContainEqual(next)
  })

  test.each([
    [[true], 'up'],
    [[true, false], 'down'],
    [[true, false, true], 'up'],
  ])('after the status %j says that the remote is %s', (statuses, remote) => {
    const sample = passiveSample()
    for (const active of statuses) sample.status(active, unplanned)
    expect(tracesOf(sample.timer('TimerSignalGenerator'))).toEqual([line('passive', remote)])
  })

  test.each([
    [1, 'active'],
    [0, 'passive'],
    [7, 'passive'],
  ])('calls mode %d %s', (crossDCOperationMode, mode) => {
    expect(tracesOf(passiveSample({ crossDCOperationMode }).start({ checkpoint: null }))).toEqual([
      line(mode, 'first contact not made'),
    ])
  })
})

describe('a DOWN', () => {
  test('launches the script, and so does each one after it', () => {
    const sample = passiveSample()
    const launches = (active: boolean): unknown =>
      sample.status(active, unplanned).filter(({ kind }) => kind === 'launch')
    expect(launches(true)).toEqual([])
    expect(launches(false)).toEqual([{ kind: 'launch', command }])
    expect(launches(true)).toEqual([])
    expect(launches(false)).toEqual([{ kind: 'launch', command }])
  })

  test('that was announced launches nothing', () => {
    const effects = passiveSample().status(false, { isPlanned: true })
    expect(effects.map(({ kind }) => kind)).toEqual(['trace'])
    expect(tracesOf(effects)[0]).toContain('nothing is launched')
  })

  test('is traced at error level', () => {
    expect(tracesOf(passiveSample().status(false, unplanned))).toEqual([
      'error Application_Logic: The remote data center is down.',
    ])
  })
})

describe('the end of a launch', () => {
  test('is traced with what the script wrote, and leads to nothing else', () => {
    const effects = passiveSample().launched({ output: 'submitted job 7\n\nexit 3\n', rc: 0 })
    expect(tracesOf(effects)).toEqual([
      `debug APP_LAUNCHER: Launched ${command}, rc 0.`,
      'trace APP_LAUNCHER: It wrote: submitted job 7',
      'trace APP_LAUNCHER: It wrote: exit 3',
    ])
    expect(effects).toHaveLength(3)
  })

  test('without a shell is traced and not tried again', () => {
    expect(passiveSample().launched({ output: '', rc: 1 })).toEqual([
      { kind: 'trace', level: 'info', aspect: 'APP_LAUNCHER', text: `Could not launch ${command}, rc 1.` },
    ])
  })
})

describe('a signal or a replay', () => {
  test('is traced at error level and ignored', () => {
    const sample = passiveSample()
    const signal = message({ dataCenterOrigin: 'dc2', heartbeatCnt: 9n })
    expect(sample.signal(signal)).toEqual([
      { kind: 'trace', level: 'error', aspect: '', text: 'Ignored a snapshot signal: type 2, count 9, from dc2.' },
    ])
    const replay = message({ dataCenterOrigin: 'dc1', dataSnapshotOrigin: '4', dataSnapshot: new Uint8Array(3) })
    expect(tracesOf(sample.replay(replay))).toEqual([
      'error : Ignored data of the remote data center: type 2, count 6, from dc1, part 4 of 3 bytes.',
    ])
  })
})

test('takes no special messages and counts what it took', () => {
  const sample = passiveSample()
  sample.start({ checkpoint: null })
  sample.signal(message())
  sample.status(true, unplanned)
  sample.status(false, unplanned)
  sample.replay(message())
  expect(sample.specialMessageLine('OrderlyShutdown')).toEqual([])
  expect(countersOf(sample, 'TimerSignalGenerator')).toEqual([[], [1]])
  expect(countersOf(sample, 'SomeApplicationLogic')).toEqual([
    [1, 1, 2, 1],
    [0, 0],
  ])
})
