import type { z } from 'zod'
import type { LaunchScriptSpec } from '../model/scenario.ts'
import { fields, listOf, refuse, text, textOrNumber, wholeNumber, yes } from './schema-fields.ts'
import { duration } from './schema-quantities.ts'

/** `launch_script` as it is written; a path is meant from the file that it stands in. */
export type LaunchScriptInput =
  | { readonly exit: number }
  | { readonly hang: true }
  | { readonly delay: string }
  | { readonly path: string; readonly args?: readonly (string | number)[] }

const expected = 'one of { path: launch.sh, args: [a, b] }, { exit: 1 }, { hang: true } and { delay: 10 s }'

/** `launch_script` */
export const launchScriptSchema: z.ZodType<LaunchScriptSpec> = fields(
  {
    path: text('the path of a shell script')
      .optional()
      .describe('A script of your own, meant from this file; it is run as `sh PATH ARGS`.'),
    args: listOf(textOrNumber, 'a list of arguments such as [a, b]')
      .optional()
      .describe('Arguments of the script at `path`.'),
    exit: wholeNumber({ min: 0, max: 255, what: 'an exit status' })
      .optional()
      .describe('A script that submits nothing and ends with this status.'),
    hang: yes.optional().describe('A script that submits nothing and never ends.'),
    delay: duration.optional().describe('The ready-made script, which waits so long before it submits the job.'),
  },
  { expected },
).transform(({ path, args, exit, hang, delay }, ctx): LaunchScriptSpec => {
  const kinds: readonly LaunchScriptSpec[] = [
    ...(path === undefined ? [] : [{ kind: 'file', path, args: args ?? [] } as const]),
    ...(exit === undefined ? [] : [{ kind: 'exit', status: exit } as const]),
    ...(hang === undefined ? [] : [{ kind: 'hang' } as const]),
    ...(delay === undefined ? [] : [{ kind: 'submit', delaySeconds: delay } as const]),
  ]
  const [only, ...others] = kinds
  if (only === undefined || others.length > 0) {
    const got = only === undefined ? 'none of them' : 'more than one'
    return refuse(ctx, { kind: 'said', message: `Expected \`launch_script\` to be ${expected}, got ${got}.` })
  }
  if (args !== undefined && path === undefined) {
    const message = 'The `args` of `launch_script` are those of a script of your own, and there is no `path`.'
    return refuse(ctx, { kind: 'said', message, advice: 'Name the script, or remove `args`.' })
  }
  return only
})
