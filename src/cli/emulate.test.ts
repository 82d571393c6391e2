import { Command } from 'commander'
import { expect, test } from 'vitest'
import { SettingsError } from '../model/errors.ts'
import { addEmulate, parseTimeScale } from './emulate.ts'

test.each(['1', '30', '2.5', '1000'])('takes %s as a time scale', (text) => {
  expect(parseTimeScale(text)).toBe(Number(text))
})

test.each(['0.99', '1000.1', '0', '-1', 'fast', '', ' ', 'Infinity'])(
  'refuses %j as a time scale before anything starts',
  async (text) => {
    const program = new Command().exitOverride()
    addEmulate(program)
    const run = program.parseAsync(['emulate', `--time-scale=${text}`], { from: 'user' })
    await expect(run).rejects.toThrow(
      new SettingsError(`Expected --time-scale to be a number from 1 to 1000, such as 60, got "${text}".`),
    )
  },
)

async function emulate(...args: string[]): Promise<void> {
  const program = new Command().exitOverride()
  addEmulate(program)
  await program.parseAsync(['emulate', ...args], { from: 'user' })
}

const only = ['--only', 'dc1', '--remote', '127.0.0.1:25091']

test.each([
  [['--remote', '127.0.0.1:1'], /--remote with --only dc1 or --only dc2: without it two datacenters run/],
  [['--cross-dc-port', '25091'], /--cross-dc-port with --only/],
  [['--crossdc', 'heartbeatExchangeInterval=10'], /--crossdc with --only/],
  [['--quirk', 'Q4=off'], /--quirk with --only/],
  [['--fused'], /--fused with --only/],
  [['--only', 'dc3', '--remote', '127.0.0.1:1'], /--only to be dc1 or dc2, got "dc3"/],
  [['--only', 'dc1'], /--remote HOST:PORT with --only dc1/],
  [['--only', 'dc1', '--remote', 'x'], /--remote to be HOST:PORT/],
  [[...only, '--cross-dc-port', '65001'], /--cross-dc-port to be a whole number from 1 to 65000/],
  [[...only, '--crossdc', 'heartbeatExchangeIntervall=10'], /Did you mean "heartbeatExchangeInterval"\?/],
  [[...only, '--crossdc', 'heartbeatExchangeInterval=ten'], /`heartbeatExchangeInterval`.*a float64, got "ten"/],
  [[...only, '--crossdc', 'heartbeatExchangeInterval'], /--crossdc to be KEY=VALUE, got "heartbeatExchangeInterval"/],
  [[...only, '--quirk', 'Q10=off'], /--quirk to be Q1 to Q9 with on or off, such as Q4=off, got "Q10=off"/],
  [[...only, '--quirk', 'Q4=no'], /got "Q4=no"/],
  [[...only, '--profile', 'ibm'], /--profile to be one of ibm-1\.0\.1, documented or a profile file, got "ibm"/],
  [[...only, '--profile', 'package.json'], /package\.json to be a profile/],
  [
    [...only, '--sab', 'app.sab'],
    /--sab to be an application that comes with the emulator \(.*builtin:cr-sample.*\), got "app\.sab"/,
  ],
  [[...only, '--pes', '9'], /--pes to be a whole number from 1 to 8/],
  [[...only, '--param', 'channels'], /--param to be NAME=VALUE, got "channels"/],
  [[...only, '--tracing', 'loud'], /--tracing to be one of off, error, warn, info, debug, trace, got "loud"/],
])('refuses %j before anything starts', async (args, message) => {
  await expect(emulate(...args)).rejects.toThrow(message)
})
