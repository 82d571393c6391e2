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
