import { Argument } from 'commander'
import type { Command } from 'commander'
import { SettingsError } from '../model/errors.ts'
import { runJsonSchema } from '../reports/run-schema.ts'
import { scenarioJsonSchema } from '../scenario/scenario-json-schema.ts'
import { addExtensionsOption, givenExtensions } from './extensions-option.ts'
import type { ExtensionsOption } from './extensions-option.ts'

const kinds = ['scenario', 'run'] as const

/** `failover schema`: prints the JSON Schema of a scenario file, with a project's own names, or of a run's `run.json`. */
export function addSchema(program: Command): void {
  const command = program
    .command('schema')
    .description('print the JSON Schema (draft 2020-12) of scenario files, for editors, or of run.json')
    .addArgument(new Argument('[of]', 'which one').choices(kinds).default('scenario'))
    .option('--json', 'for the sake of programs that give it everywhere: the output is JSON anyway')
  addExtensionsOption(command).action(async (of: (typeof kinds)[number], options: ExtensionsOption) => {
    process.stdout.write(`${JSON.stringify(await schemaOf(of, options), null, 2)}\n`)
  })
}

/**
 * A JSON Schema.
 * @throws SettingsError when a file of extensions cannot be loaded
 */
async function schemaOf(of: (typeof kinds)[number], options: ExtensionsOption): Promise<object> {
  if (of === 'scenario') return scenarioJsonSchema((await givenExtensions(options)).all)
  if (options.extensions === undefined) return runJsonSchema()
  throw new SettingsError('The schema of run.json has no names of your own: leave --extensions out.')
}
