import { expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { tuneDefaults, tuneOutput } from './tune.ts'
import type { TuneDocument, TuneOptions } from './tune.ts'

const options = (fields: Partial<TuneOptions> = {}): TuneOptions => ({
  ...tuneDefaults,
  rto: '90s',
  rpo: '60s',
  ...fields,
})

test('prints a table of at most 100 columns, those that nothing beats and the best of the others', async () => {
  const { stdout, exitCode } = await tuneOutput(options({ jitter: '200ms', limit: '12' }))
  const lines = stdout.split('\n')
  expect(exitCode).toBe(0)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
  expect(lines.slice(0, 16)).toEqual([
    'RTO at most 90 s, loss at most 60 s; with 1 % of heartbeats lost, jitter 0.2 s, one-way delay',
    '0.02 s, 1 machine, replay 5 s, storing 1 s.',
    '',
    '    heartbeat   misses   snapshot   connect   read   detection   RTO   loss   messages/h   risk/year',
    '*           4       20    60 (56)        25     75    76 to 85    90     58     900 + 65     4.1e-33',
    '            3       20    60 (57)        25     56    57 to 64    69     59    1200 + 64     6.6e-33',
    '            2       20    60 (58)        25     37    38 to 43    48     60    1800 + 63     1.3e-32',
    '            1       20    59 (58)        18     18    19 to 22    27     60    3600 + 63     4.7e-32',
    '*           5       15    60 (55)        25     69    70 to 81    86     57     720 + 66     2.9e-23',
    '*           6       13    60 (54)        25     71    72 to 85    90     56     600 + 67     2.2e-19',
    '*           8        9    64 (56)        25     63    64 to 81    86     58     450 + 65     1.4e-11',
    '*          10        7    60 (50)        25     59    60 to 81    86     52     360 + 72      1.0e-7',
    '*          12        6    60 (48)        25     59    60 to 85    90     50     300 + 75      8.0e-6',
    '*          15        4    60 (45)        25     44    45 to 76    81     47     240 + 80       5.8 %',
    '*          20        3    60 (40)        25     39    40 to 81    86     42     180 + 90        98 %',
    '*          25        2    75 (50)        24     24    25 to 76    81     52     144 + 72    > 99.9 %',
  ])
  expect(stdout).toContain('\n114 more meet the objectives, each beaten by one with *; --limit 126 prints all.\n')
})

test('prints all of them as JSON, with what they were reckoned from', async () => {
  const { stdout } = await tuneOutput(options({ json: true, quirk: ['Q2=off'] }))
  const document = JSON.parse(stdout) as TuneDocument
  expect(document).toMatchObject({
    schemaVersion: 1,
    kind: 'found',
    goal: { rtoSeconds: 90, rpoSeconds: 60, lossShare: 0.01, behaviour: { quirks: { Q1: true, Q2: false } } },
  })
  const choices = document.kind === 'found' ? document.choices : []
  expect(choices.length).toBeGreaterThan(100)
  // Without Q2 snapshots come as often as they are written.
  expect(choices.map(({ snapshotPeriodSeconds }) => snapshotPeriodSeconds)).toEqual(
    choices.map(({ settings }) => settings.dataSnapshotExchangeInterval),
  )
})

test('says which objective is out of reach, names the nearest settings, and fails', async () => {
  const { stdout, exitCode } = await tuneOutput(options({ rto: '7 s', loss: '0 %' }))
  expect(exitCode).toBe(1)
  expect(stdout).toContain('\nNo settings meet a recovery time of 7 s. The nearest:\n')
  expect(stdout).toMatch(/\n +1 +3 +\d+ \(\d+\) +1 +1 +2 to 5 +10 /)
  expect(stdout).toMatch(/ 0\n/)
})

test('says when nothing works at all', async () => {
  const { stdout, exitCode } = await tuneOutput(options({ delay: '2 min' }))
  expect(exitCode).toBe(1)
  expect(stdout).toContain('\nNo settings work at all: with a delay of 120 s,')
})

test.each<readonly [Partial<TuneOptions>, string]>([
  [{ rto: '90' }, 'Expected --rto to be a duration such as "250 ms", "45 s", "10 min" or "1 h", got "90".'],
  [{ rpo: '0 s' }, 'Expected --rpo to be longer than nothing, got "0 s".'],
  [{ loss: '0.01' }, 'Expected --loss to be a share such as "0.5 %", got "0.01".'],
  [{ loss: '100 %' }, 'Expected --loss to be below 100 %, got "100 %": no heartbeat would arrive.'],
  [{ machines: '0' }, 'Expected --machines to be a whole number from 1 to 20, got "0".'],
  [{ machines: '21' }, 'Expected --machines to be a whole number from 1 to 20, got "21".'],
  [{ limit: '1.5' }, 'Expected --limit to be a whole number from 1 to 1000, got "1.5".'],
  [{ quirk: ['Q2'] }, 'Expected --quirk to be Q1 to Q9 with on or off'],
])('refuses %j', async (fields, message) => {
  await expect(tuneOutput(options(fields))).rejects.toThrow(SettingsError)
  await expect(tuneOutput(options(fields))).rejects.toThrow(message)
})
