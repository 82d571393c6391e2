import { Command } from 'commander'
import { expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { SettingsCastError } from '../toolkit/errors.ts'
import { addExplain, explanationOf } from './explain.ts'

const ibm = { profile: 'ibm-1.0.1' } as const

/** The lines below a heading, up to the next one, without blanks at their ends. */
function section(text: string, heading: string): readonly string[] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith(heading))
  const rest = lines.slice(start + 1)
  return rest.slice(0, rest.indexOf('')).map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))
}

function parse(options: Parameters<typeof explanationOf>[0], file?: string): unknown {
  return JSON.parse(explanationOf({ ...options, json: true }, file))
}

test('tells the reference values’ windows, signals and bounds', () => {
  const text = explanationOf(ibm, undefined)
  expect(section(text, 'DETECTION')).toEqual(
    expect.arrayContaining([
      'down on heartbeat missed in a row | no. 5',
      'down after the last heartbeat | 120 s to 150 s',
      'down after a crash | 90 s to 150 s',
      'interruption never reported | shorter than 90 s',
      'silence always reported | longer than 150 s',
      "lateness by the other's time-outs | 25 s, must stay below 90 s",
      'up again after a healed long cut | never by itself',
    ]),
  )
  expect(section(text, 'SNAPSHOTS')).toEqual([
    'signals in ticks | 6, 11, 16, 21, 26',
    'seconds after its start | 190, 340, 490, 640, 790',
    'effective period | 150 s',
    'first protected | 190 s after its start',
    'protected again after a new contact | within 180 s',
    'kept by the other as | files',
  ])
  expect(section(text, 'TAKEOVER')).toEqual([
    'RTO after a crash, at least | 90 s',
    'RTO after a crash, at most | 150 s and the replay',
  ])
  expect(section(text, 'WHAT MAY BE LOST')[0]).toBe('crash | 150 s: since its last snapshot')
  expect(section(text, 'UP')).toContain('and the other reports this one up | 40 s to 70 s after it')
  expect(section(text, 'WILL NOT RECOVER')[0]).toBe('the WAN cut for more than 150 s, also after its heal:')
})

test('keeps to 80 columns, whatever it is told', () => {
  const long = 'x'.repeat(60)
  const texts = [
    explanationOf(ibm, undefined),
    explanationOf({ ...ibm, defaults: 'code' }, undefined),
    explanationOf(
      {
        profile: 'documented',
        quirk: ['Q2=on', 'Q4=on'],
        crossdc: ['consecutiveHeartbeatMissesAllowed=0', `dataSnapshotStorageDirectory=/${long}`],
        dc1: ['heartbeatExchangeInterval=10', 'dataSnapshotExchangeInterval=95.5'],
        dc2: ['crossDCOperationMode=0', `remoteDataCenterUrlPath=/${long}`],
      },
      `${long}=1\nheartbeatExchangeInterval=7\n`,
    ),
  ]
  expect(texts.flatMap((text) => text.split('\n')).filter((line) => line.length > 80)).toEqual([])
})

test('says where each value comes from, the nearest to the command line first', () => {
  const file = 'heartbeatExchangeInterval=5\nhttpReadTimeout=50\nlocalDataCenterName=dc2\n'
  const options = { ...ibm, crossdc: ['httpReadTimeout=60', 'crossDCInitDelay=7'], dc2: ['crossDCInitDelay=8'] }
  expect(parse(options, file)).toMatchObject({
    settings: {
      dc1: { localDataCenterName: 'dc1', heartbeatExchangeInterval: 5, httpReadTimeout: 60, crossDCInitDelay: 7 },
      dc2: { localDataCenterName: 'dc2', crossDCInitDelay: 8 },
    },
    sources: {
      dc1: {
        localDataCenterName: 'assumed',
        heartbeatExchangeInterval: 'file',
        httpReadTimeout: '--crossdc',
        crossDCInitDelay: '--crossdc',
        // With a file, what it does not say is the code's default, as in a job.
        dataSnapshotExchangeInterval: 'default',
      },
      dc2: { localDataCenterName: 'file', crossDCInitDelay: '--dc2' },
    },
  })
  expect(parse({ ...ibm, defaults: 'reference' }, file)).toMatchObject({
    settings: { dc1: { heartbeatExchangeInterval: 5, dataSnapshotExchangeInterval: 180 } },
    sources: { dc1: { dataSnapshotExchangeInterval: 'reference' } },
  })
})

test('takes a value with "=" in it, and an empty one', () => {
  const crossdc = ['dataSnapshotJdbcUrl=jdbc:sqlite:x?a=b', 'dataSnapshotStorageDirectory=']
  expect(parse({ ...ibm, crossdc })).toMatchObject({
    settings: { dc1: { dataSnapshotJdbcUrl: 'jdbc:sqlite:x?a=b', dataSnapshotStorageDirectory: '' } },
  })
})

test('shows no password', () => {
  const given = { ...ibm, crossdc: ['dataSnapshotJdbcPassword=geheim'] }
  for (const text of [explanationOf(given, undefined), explanationOf({ ...given, json: true }, undefined)]) {
    expect(text).not.toContain('geheim')
    expect(text).toContain('<hidden>')
  }
})

test('tells what the file’s grammar made of its lines', () => {
  const text = explanationOf(ibm, 'heartbeatExchangeInterval=30\nhttpReadTimout=5\n')
  expect(section(text, 'LINES OF THE FILE').join(' ')).toContain('Did you mean "httpReadTimeout"?')
})

test('explains a fixed toolkit by its profile, and single quirks switched', () => {
  expect(parse({ profile: 'documented' })).toMatchObject({
    toolkit: { quirks: { Q1: false, Q4: false } },
    detection: { dc1: { downOnMiss: 4, afterCrash: { minSeconds: 60, maxSeconds: 120 } } },
    protection: { dc1: { schedule: { periodSeconds: 180 } } },
    recoveryAfterHealSeconds: 30,
  })
  const text = explanationOf({ ...ibm, quirk: ['Q4=off'] }, undefined)
  expect(section(text, 'TOOLKIT')).toEqual(['ibm-1.0.1: the published code, without Q4'])
  expect(section(text, 'DETECTION')).toContain('up again after a healed long cut | within 30 s')
  expect(section(text, 'WILL NOT RECOVER').join(' ')).not.toContain('WAN')
})

test('says that settings left to the code’s defaults switch failover off', () => {
  const text = explanationOf({ ...ibm, defaults: 'code' }, undefined)
  expect(section(text, 'DETECTION')[0]).toBe('down on heartbeat missed in a row | never')
  expect(section(text, 'WARNINGS').join(' ')).toContain('heartbeat-off')
  expect(section(text, 'WILL NOT RECOVER')[0]).toBe('as they are set:')
})

test.each([
  [
    { crossdc: ['heartbeatExchangeIntervall=3'] },
    'got `heartbeatExchangeIntervall`. Did you mean "heartbeatExchangeInterval"?',
  ],
  [{ dc1: ['zzz=3'] }, 'Expected --dc1 to name a toolkit setting, got `zzz`. Known here: localDataCenterName'],
  [{ dc2: ['httpReadTimeout'] }, 'Expected --dc2 to be KEY=VALUE, got "httpReadTimeout".'],
  [{ dc2: ['=3'] }, 'Expected --dc2 to be KEY=VALUE, got "=3".'],
  [{ quirk: ['Q10=off'] }, 'Expected --quirk to be Q1 to Q9 with on or off, such as Q4=off, got "Q10=off".'],
  [{ quirk: ['Q4=false'] }, 'got "Q4=false"'],
  [{ quirk: ['Q4=on=off'] }, 'got "Q4=on=off"'],
  [{ profile: 'document' }, 'Expected --profile to be a profile, got "document". Did you mean "documented"?'],
  [{ profile: 'toString' }, 'Expected --profile to be a profile, got "toString".'],
])('refuses %j', (options, message) => {
  const run = (): string => explanationOf({ ...ibm, ...options }, undefined)
  expect(run).toThrow(SettingsError)
  expect(run).toThrow(message)
})

test.each(['crossDCHttpPort=25091.0', 'consecutiveHeartbeatMissesAllowed=256', 'sendToAllRemoteMachines=yes'])(
  'refuses %s, which the toolkit cannot cast',
  (pair) => {
    const run = (): string => explanationOf({ ...ibm, crossdc: [pair] }, undefined)
    expect(run).toThrow(SettingsCastError)
    expect(run).toThrow('in --crossdc: the PE fails at its start')
  },
)

test('refuses a file that cannot be read', async () => {
  const program = new Command().exitOverride()
  addExplain(program)
  const run = program.parseAsync(['explain', '--file', '/nowhere/crossdc.txt'], { from: 'user' })
  await expect(run).rejects.toThrow('got /nowhere/crossdc.txt: it cannot be read (ENOENT)')
})
