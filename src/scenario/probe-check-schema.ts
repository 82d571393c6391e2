import { z } from 'zod'
import type { CheckSpec } from '../model/check.ts'
import type { ExtensionDescriptor } from '../model/extension.ts'
import { asJson } from '../support/plain-json.ts'
import { registeredName } from './extension-syntax.ts'
import { fields, given, listOf } from './schema-fields.ts'

// Checks by probes that users registered.

/** `steady_state` */
export function steadyStateSchema(extensions: readonly ExtensionDescriptor[]): z.ZodType<CheckSpec> {
  const expected = 'a list of probes, or a map such as { probes: [orders_flow] }'
  const names = listOf(registeredName(extensions, 'probe'), expected)
  const map = fields({ probes: names.describe('Names of registered probes; each says what it expects.') }, { expected })
  return z
    .union([names, map], { error: () => expected })
    .transform((asked): CheckSpec => ({ kind: 'steady_state', probes: Array.isArray(asked) ? asked : asked.probes }))
}

/** `probe` */
export function probeCheckSchema(extensions: readonly ExtensionDescriptor[]): z.ZodType<CheckSpec> {
  return fields(
    {
      name: registeredName(extensions, 'probe').describe('Name of a registered probe.'),
      expect: z.unknown().optional().describe('What it is to say. Default: true.'),
    },
    { expected: 'a map such as { name: orders_flow, expect: true }' },
  ).transform(({ name, expect }): CheckSpec => ({
    kind: 'probe',
    name,
    ...given({ expect: expect === undefined ? undefined : asJson(expect) }),
  }))
}
