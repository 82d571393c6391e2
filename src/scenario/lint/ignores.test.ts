import { expect, test } from 'vitest'
import { findingsOf, linesOf } from './testing/findings.ts'

// The cut in line 4 is too short for the takeover that is expected.
const scenario = (head: string, above: string, behind: string): string =>
  `${head}test_id: A-1\ndescription: d\nfault_scenario:\n${above}  - partition: { between: [dc1, dc2] }${behind}\n    at: 400 s\n    for: 60 s\npost_failover_validation_checks: [takeover]\n`
const ignore = '# failover-ignore fault-never-noticed: shows what is missed'

test.each([
  ['on the line of the finding', scenario('', '', ` ${ignore}`)],
  ['on the line above it', scenario('', `  ${ignore}\n`, '')],
  ['above it, with another comment between', scenario('', `  ${ignore}\n  # a short cut\n`, '')],
  ['above `test_id`, for the whole scenario', scenario(`${ignore}\n`, '', '')],
  ['above `test_id`, with a blank line between', scenario(`${ignore}\n\n`, '', '')],
  ['without a blank', scenario('', '', ` ${ignore.replace('# ', '#')}`)],
])('silences %s', (_where, text) => {
  expect(linesOf(text)).toEqual([])
})

test('silences in a file with the line ends of Windows', () => {
  expect(linesOf(scenario('', '', ` ${ignore}`).replaceAll('\n', '\r\n'))).toEqual([])
})

test('silences two rules by two comments', () => {
  const other = '# failover-ignore timeout-before-end: the same'
  const text = `${scenario(`${ignore}\n${other}\n`, '', '')}timeout: 100 s\n`
  expect(linesOf(text)).toEqual([])
})

test.each([
  ['elsewhere', `${scenario('', '', '')}skip: later ${ignore}\n`],
  ['for another rule', scenario('', '', ' # failover-ignore never-down: no')],
])('silences nothing %s', (_what, text) => {
  expect(linesOf(text)).toEqual(['error fault-never-noticed @ 4', expect.stringContaining('warning unused-ignore')])
})

test('a `#` within a text is no comment', () => {
  const quoted = `${scenario('', '', '')}skip: "# failover-ignore fault-never-noticed: no"\n`
  expect(linesOf(quoted)).toEqual(['error fault-never-noticed @ 4'])
  const block = `${scenario('', '', '')}skip: |\n  # failover-ignore fault-never-noticed: no\n`
  expect(linesOf(block)).toEqual(['error fault-never-noticed @ 4'])
})

test.each([
  [
    'no reason',
    '# failover-ignore fault-never-noticed',
    'Expected a reason for ignoring fault-never-noticed, got none.',
  ],
  [
    'an empty one',
    '# failover-ignore fault-never-noticed: ',
    'Expected a reason for ignoring fault-never-noticed, got none.',
  ],
  ['no rule', '# failover-ignore', 'Expected a rule to ignore, got none.'],
  ['an unknown rule', '# failover-ignore fault-never-notised: why', 'There is no rule `fault-never-notised`.'],
  ['what cannot be silenced', '# failover-ignore invalid: why', '`invalid` cannot be silenced.'],
  ['a rule about silencers', '# failover-ignore unused-ignore: why', '`unused-ignore` cannot be silenced.'],
])('complains of %s, and silences nothing', (_what, comment, message) => {
  const findings = findingsOf(scenario('', '', ` ${comment}`))
  expect(findings).toEqual([
    expect.objectContaining({ rule: 'fault-never-noticed' }),
    expect.objectContaining({
      rule: 'bad-ignore',
      severity: 'error',
      message,
      position: { file: 'a.yaml', line: 4, column: 40 },
    }),
  ])
})

test('suggests the rule that was meant', () => {
  const [, finding] = findingsOf(scenario('', '', ' # failover-ignore fault-never-notised: why'))
  expect(finding?.advice).toBe('Did you mean "fault-never-noticed"?')
})

test('of two scenarios silences the one below it alone', () => {
  const one = (id: string): string =>
    `  - test_id: ${id}\n    description: d\n    fault_scenario: [{ partition: { between: [dc1, dc2] }, at: 400 s, for: 60 s }]\n    post_failover_validation_checks: [takeover]\n`
  const text = `scenarios:\n  ${ignore}\n${one('A-1')}${one('A-2')}`
  expect(linesOf(text)).toEqual(['error fault-never-noticed @ 9'])
})

test('without the texts nothing is silenced', () => {
  expect(linesOf(scenario('', '', ` ${ignore}`), { texts: new Map() })).toEqual(['error fault-never-noticed @ 4'])
})
