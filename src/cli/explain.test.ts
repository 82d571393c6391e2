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

async function parse(options: Parameters<typeof explanationOf>[0], file?: string): Promise<unknown> {
  return JSON.parse(await explanationOf({ ...options, json: true }, file))
}

test('tells the reference values’ windows, signals and bounds', async () => {
  const text = await explanationOf(ibm, undefined)
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

test('keeps to 80 columns, whatever it is told', async () => {
  const long = 'x'.repeat(60)
  const texts = [
    await explanationOf(ibm, undefined),
    await explanationOf({ ...ibm, defaults: 'code' }, undefined),
    await explanationOf(
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

test('says where each value comes from, the nearest to the command line first', async () => {
  const file = 'heartbeatExchangeInterval=5\nhttpReadTimeout=50\nlocalDataCenterName=dc2\n'
  const options = { ...ibm, crossdc: ['httpReadTimeout=60', 'crossDCInitDelay=7'], dc2: ['crossDCInitDelay=8'] }
  expect(await parse(options, file)).toMatchObject({
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
  expect(await parse({ ...ibm, defaults: 'reference' }, file)).toMatchObject({
    settings: { dc1: { heartbeatExchangeInterval: 5, dataSnapshotExchangeInterval: 180 } },
    sources: { dc1: { dataSnapshotExchangeInterval: 'reference' } },
  })
})

test('takes a value with "=" in it, and an empty one', async () => {
  const crossdc = ['dataSnapshotJdbcUrl=jdbc:sqlite:x?a=b', 'dataSnapshotStorageDirectory=']
  expect(await parse({ ...ibm, crossdc })).toMatchObject({
    settings: { dc1: { dataSnapshotJdbcUrl: 'jdbc:sqlite:x?a=b', dataSnapshotStorageDirectory: '' } },
  })
})

test('shows no password', async () => {
  const given = { ...ibm, crossdc: ['dataSnapshotJdbcPassword=geheim'] }
  for (const text of [
    await explanationOf(given, undefined),
    await explanationOf({ ...given, json: true }, undefined),
  ]) {
    expect(text).not.toContain('geheim')
    expect(text).toContain('<hidden>')
  }
})

test('tells what the file’s grammar made of its lines', async () => {
  const text = await explanationOf(ibm, 'heartbeatExchangeInterval=30\nhttpReadTimout=5\n')
  expect(section(text, 'LINES OF THE FILE').join(' ')).toContain('Did you mean "httpReadTimeout"?')
})

test('explains a fixed toolkit by its profile, and single quirks switched', async () => {
  expect(await parse({ profile: 'documented' })).toMatchObject({
    toolkit: { quirks: { Q1: false, Q4: false } },
    detection: { dc1: { downOnMiss: 4, afterCrash: { minSeconds: 60, maxSeconds: 120 } } },
    protection: { dc1: { schedule: { periodSeconds: 180 } } },
    recoveryAfterHealSeconds: 30,
  })
  const fixed = await explanationOf({ profile: 'documented', quirk: ['Q2=on'] }, undefined)
  expect(section(fixed, 'TOOLKIT')).toEqual(['documented: as its documentation says, but with Q2'])
  const text = await explanationOf({ ...ibm, quirk: ['Q4=off'] }, undefined)
  expect(section(text, 'TOOLKIT')).toEqual(['ibm-1.0.1: the published code, without Q4'])
  expect(section(text, 'DETECTION')).toContain('up again after a healed long cut | within 30 s')
  expect(section(text, 'WILL NOT RECOVER').join(' ')).not.toContain('WAN')
})

test('says that settings left to the code’s defaults switch failover off', async () => {
  const text = await explanationOf({ ...ibm, defaults: 'code' }, undefined)
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
  [
    { crossdc: ['heartbeatExchangeInterval=-5'] },
    'Expected `heartbeatExchangeInterval` to be 0 or more, got -5 in --crossdc: what the toolkit does then is not known.',
  ],
  [{ dc2: ['crossDCInitDelay=-0.5'] }, 'Expected `crossDCInitDelay` to be 0 or more, got -0.5 in --dc2'],
  [{ dc1: ['dataSnapshotExchangeInterval=-1'] }, '`dataSnapshotExchangeInterval` to be 0 or more, got -1 in --dc1'],
  [{ dc2: ['=3'] }, 'Expected --dc2 to be KEY=VALUE, got "=3".'],
  [{ quirk: ['Q10=off'] }, 'Expected --quirk to be Q1 to Q9 with on or off, such as Q4=off, got "Q10=off".'],
  [{ quirk: ['Q4=false'] }, 'got "Q4=false"'],
  [{ quirk: ['Q4=on=off'] }, 'got "Q4=on=off"'],
  [
    { profile: 'document' },
    'ibm-1.0.1, documented or a profile file, got "document", which cannot be read. Did you mean "documented"?',
  ],
  [{ profile: 'toString' }, 'got "toString", which cannot be read.'],
])('refuses %j', async (options, message) => {
  const run = explanationOf({ ...ibm, ...options }, undefined)
  await expect(run).rejects.toThrow(SettingsError)
  await expect(run).rejects.toThrow(message)
})

test.each(['crossDCHttpPort=25091.0', 'consecutiveHeartbeatMissesAllowed=256', 'sendToAllRemoteMachines=yes'])(
  'refuses %s, which the toolkit cannot cast',
  async (pair) => {
    const run = explanationOf({ ...ibm, crossdc: [pair] }, undefined)
    await expect(run).rejects.toThrow(SettingsCastError)
    await expect(run).rejects.toThrow('in --crossdc: the PE fails at its start')
  },
)

test('says where in the file stands a value that it cannot explain', async () => {
  await expect(explanationOf(ibm, 'crossDCInitDelay=-1\n')).rejects.toThrow('to be 0 or more, got -1 in the file')
})

test('explains an interval, a delay and a number of misses of 0, and a negative mode', async () => {
  const crossdc = ['heartbeatExchangeInterval=0', 'crossDCInitDelay=0', 'consecutiveHeartbeatMissesAllowed=0']
  await expect(
    explanationOf({ ...ibm, crossdc: [...crossdc, 'crossDCOperationMode=-1'] }, undefined),
  ).resolves.toContain('mode-unknown')
})

test('refuses a file that cannot be read', async () => {
  const program = new Command().exitOverride()
  addExplain(program)
  const run = program.parseAsync(['explain', '--file', '/nowhere/crossdc.txt'], { from: 'user' })
  await expect(run).rejects.toThrow('got /nowhere/crossdc.txt: it cannot be read (ENOENT)')
})
