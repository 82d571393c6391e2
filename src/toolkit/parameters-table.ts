import { toolkitParameters } from './parameters.ts'
import type { ParameterLayer, SettingValue, ToolkitParameter } from './parameters.ts'

/** The parameters as docs/toolkit.md shows them: a Markdown table, each line ended. */
export function parametersTable(): string {
  const head = ['#', 'name', 'type', 'default', 'reference file', 'range', 'set by', 'effect', 'missing or wrong']
  return [head, head.map(() => '---'), ...toolkitParameters.map(cells)].map(line).join('')
}

const layerNames: Readonly<Record<ParameterLayer, string>> = {
  file: 'file',
  operator_parameter: 'parameter',
  application_configuration: 'app config',
  submission: 'submission-time value',
}

function cells(parameter: ToolkitParameter): readonly string[] {
  const { row, name, type, unit, layers, range, referenceFile, effect, ifWrong, isSecret } = parameter
  return [
    String(row),
    `\`${name}\`${isSecret === true ? ' (secret)' : ''}`,
    unit === undefined ? type.name : `${type.name}, ${unit}`,
    parameter.default === null ? 'none, required' : valueText(parameter.default),
    referenceFile === undefined ? '' : valueText(referenceFile),
    range === undefined ? '' : `${range.min} to ${range.max}`,
    layers.map((layer) => layerNames[layer]).join(', '),
    effect,
    ifWrong,
  ]
}

function valueText(value: SettingValue): string {
  return value === '' ? 'empty' : `\`${String(value)}\``
}

/** A bar in a cell would end it. */
function line(texts: readonly string[]): string {
  return `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |\n`
}
