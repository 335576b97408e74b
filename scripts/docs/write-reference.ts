// Writes docs/reference/configuration.md, presets.md and methods.md from the contract, so that no default is stated twice.
// usage: npm run docs
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { describeType, listSettings, runConfigSchema, showValue as show } from '../../contract/config-fields.ts'
import { BUDGETS, METHODS, MethodSchema, type Method } from '../../contract/methods.ts'
import { plannedStages } from '../../contract/planned-stages.ts'
import { PRESETS } from '../../contract/presets.ts'
import { PresetSchema, RunConfigSchema, type Preset } from '../../contract/run-config.ts'

const root = join(import.meta.dirname, '../..')

const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`

const note = '<!-- Written by `npm run docs` from contract/run-config.ts, presets.ts and methods.ts. Do not edit. -->'

function configurationPage(): string {
  const schema = runConfigSchema()
  const sections = Object.entries(schema.properties ?? {}).map(([name, node]) => {
    const settings = node.properties ? listSettings(node, name) : [{ key: name, node }]
    const terms = Object.entries(node.properties ?? {}).filter(([, inner]) => inner.properties && inner.description)
    return [
      `## ${name}`,
      ...terms.map(([term, inner]) => `- \`${name}.${term}\`: ${inner.description}.`),
      '',
      row(['key', 'default', 'may be', 'meaning']),
      row(['---', '---', '---', '---']),
      ...settings.map(({ key, node: leaf }) =>
        row([`\`${key}\``, show(leaf.default), describeType(leaf), leaf.description ?? '']),
      ),
      '',
    ].join('\n')
  })
  return [
    '# The configuration of a run',
    note,
    'Later sources win: these defaults, the [preset](presets.md), the [method](methods.md), a file (`--config`), `--set key=value`. The whole',
    'configuration is kept in `run.json` of the run. A key that does not exist is refused.',
    '',
    'Every loss term has three settings: `enabled`, `weight`, and `ramp`, the share of the stage over which the weight',
    'grows linearly from 0. What the terms compute is in [The method](../method.md).',
    '',
    ...sections,
  ].join('\n')
}

function valueAt(value: unknown, key: string): unknown {
  return key.split('.').reduce<unknown>((inner, part) => (inner as Record<string, unknown>)[part], value)
}

function presetsPage(): string {
  const names = PresetSchema.options
  const full = names.map((name) => RunConfigSchema.parse(PRESETS[name]))
  const settings = listSettings(runConfigSchema()).filter(({ key, node }) =>
    full.some((config) => show(valueAt(config, key)) !== show(node.default)),
  )
  return [
    '# Presets',
    note,
    'A preset is a part of the [configuration](configuration.md); everything it does not name keeps its default. The',
    'command line takes `standard` unless said otherwise, the demo takes `quick`.',
    '',
    '- `quick`: minutes on two cores. It shows that everything works and which organs are hard.',
    '- `standard`: an hour or so on two cores. Its numbers are worth comparing.',
    '- `full`: for a GPU.',
    '',
    'What runs really took is in [Results](../results/README.md).',
    '',
    row(['setting', 'default', ...names.map((name) => `\`${name}\``)]),
    row(['---', '---', ...names.map(() => '---')]),
    ...settings.map(({ key, node }) =>
      row([`\`${key}\``, show(node.default), ...full.map((config) => show(valueAt(config, key)))]),
    ),
    '',
    'Spacing, patch and the number of resolutions follow from the data and these limits: the spacing is the median of',
    'the cases, coarsened until the median case has at most `plan.maxMedianVoxels`; the patch has about the',
    'proportions of the median case and at most `plan.maxPatchVoxels`. `plan.json` of a run and the log at its start',
    'say what came out, one sentence a decision.',
  ].join('\n')
}

function methodsPage(): string {
  const presets = PresetSchema.options
  const methods = MethodSchema.options
  const stepsOf = (method: Method, preset: Preset): string => {
    const layers = [PRESETS[preset], METHODS[method].config(BUDGETS[preset])]
    const steps = plannedStages(METHODS[method].stages).map((stage) => {
      const name = stage === 0 ? 'shared' : (`stage${stage}` as const)
      return layers.map((layer) => layer[name]?.steps).findLast((count) => count !== undefined)
    })
    return steps.join(' + ')
  }
  return [
    '# Methods',
    note,
    'What a run trains: `--method` of the command line, Method on the New run screen. A method is a choice of stages and',
    'of settings on top of a [preset](presets.md). All methods of a preset learn from equally many patches of each',
    `dataset: ${presets.map((preset) => `${BUDGETS[preset]} in \`${preset}\``).join(', ')}. So their results may be compared.`,
    '',
    row(['method', 'what it is', 'stages']),
    row(['---', '---', '---']),
    ...methods.map((name) => row([`\`${name}\``, METHODS[name].about, METHODS[name].stages])),
    '',
    'Stages are trained in the order given. Stage 0 is the one network on all datasets, stage 1 the partial-organ models, stage 2 the full-organ models. In a',
    'step each model of the stages learns from one patch, and the shared network from one of each dataset.',
    '',
    row(['steps', ...presets.map((preset) => `\`${preset}\``)]),
    row(['---', ...presets.map(() => '---')]),
    ...methods.map((name) => row([`\`${name}\``, ...presets.map((preset) => stepsOf(name, preset))])),
    '',
    'What each computes: [What mutual learning is compared with](../explanation/rivals.md). How they fared:',
    '[Methods compared](../results/methods.md).',
  ].join('\n')
}

/** Path from the root -> content, formatted as the repository is. */
export async function referencePages(): Promise<Map<string, string>> {
  const pages = {
    'docs/reference/configuration.md': configurationPage(),
    'docs/reference/presets.md': presetsPage(),
    'docs/reference/methods.md': methodsPage(),
  }
  const options = (await resolveConfig(join(root, 'package.json'))) ?? {}
  const formatted = Object.entries(pages).map(
    async ([path, text]) => [path, await format(text, { ...options, parser: 'markdown' })] as const,
  )
  return new Map(await Promise.all(formatted))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [path, text] of await referencePages()) await writeFile(join(root, path), text)
}
