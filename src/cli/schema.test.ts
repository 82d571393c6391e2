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

test('refuses another word with exit code 2 and the words that there are', async () => {
  await expect(failover('runs')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Allowed choices are scenario, run.'),
  })
})
