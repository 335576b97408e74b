// `npm run bench [-- NAME...] [--json] [--rounds N] [--python PATH]`: measures this machine and prints a table.
import { parseArgs } from 'node:util'
import { benches, type Row } from './benches.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    python: { type: 'string' },
  },
})
const rounds = Number(values.rounds)
const names = positionals.length > 0 ? positionals : Object.keys(benches)
const unknown = names.find((name) => !(name in benches))
if (unknown !== undefined || !Number.isInteger(rounds) || rounds < 1) {
  const wrong = unknown === undefined ? `--rounds ${values.rounds}` : `no bench ${unknown}`
  console.error(
    `${wrong}. usage: npm run bench -- [${Object.keys(benches).join('|')}]... [--json] [--rounds N] [--python PATH]`,
  )
  process.exit(2)
}

const rows: Row[] = []
for (const name of names) {
  if (!values.json) console.error(`measuring ${name} ...`)
  rows.push(...(await benches[name]!({ python: values.python, rounds })))
}
if (names.includes('torch') && values.python === undefined) {
  console.error('torch was left out: give a Python that has PyTorch with --python PATH.')
}
const shown = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))
console.log(
  values.json
    ? JSON.stringify(rows, null, 2)
    : rows
        .map(
          ({ bench, measure, value, unit }) =>
            `${bench.padEnd(12)}${measure.padEnd(36)}${shown(value).padStart(9)} ${unit}`,
        )
        .join('\n'),
)
