import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { runJsonSchema } from '../reports/run-schema.ts'
import { scenarioJsonSchema } from '../scenario/scenario-json-schema.ts'

const failover = async (...args: readonly string[]): Promise<unknown> => {
  const { stdout } = await promisify(execFile)(process.execPath, ['src/cli.ts', 'schema', ...args])
  return JSON.parse(stdout)
}

test('prints the schema of scenario files', async () => {
  expect(await failover()).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())))
})

test('prints the schema of run.json', async () => {
  expect(await failover('run')).toEqual(JSON.parse(JSON.stringify(runJsonSchema())))
})

test('prints the names, descriptions and arguments of a project’s own kinds', async () => {
  const schema = JSON.stringify(
    await failover(
      'scenario',
      '--extensions',
      'examples/extensions/extensions/orders.ts',
      'examples/extensions/extensions/config-drift.ts',
    ),
  )
  expect(schema).toContain('"orders":{"description":"Orders of a shop: JSON with an amount, by customer."')
  expect(schema).toContain('"enum":["EUR","CHF","USD"]')
  expect(schema).toContain('"description":"Name of the application configuration."')
})

test('run.json has no names of a project’s own', async () => {
  await expect(failover('run', '--extensions', 'mine.ts')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('The schema of run.json has no names of your own: leave --extensions out.'),
  })
})

test('refuses another word with exit code 2 and the words that there are', async () => {
  await expect(failover('runs')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Allowed choices are scenario, run.'),
  })
})
