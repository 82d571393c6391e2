import { Argument } from 'commander'
import type { Command } from 'commander'
import { runJsonSchema } from '../reports/run-schema.ts'
import { scenarioJsonSchema } from '../scenario/scenario-json-schema.ts'

const schemas = { scenario: () => scenarioJsonSchema(), run: runJsonSchema } as const

/** `failover schema`: prints the JSON Schema of a scenario file or of a run's `run.json`. */
export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema (draft 2020-12) of scenario files, for editors, or of run.json')
    .addArgument(new Argument('[of]', 'which one').choices(Object.keys(schemas)).default('scenario'))
    .option('--json', 'for the sake of programs that give it everywhere: the output is JSON anyway')
    .action((of: keyof typeof schemas) => {
      process.stdout.write(`${JSON.stringify(schemas[of](), null, 2)}\n`)
    })
}
