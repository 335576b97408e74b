import { expect, it } from 'vitest'
import { classBalance } from './class-balance.ts'

it.each([
  { balanceUntil: 0.5, step: 0, balance: 0.4 },
  { balanceUntil: 0.5, step: 25, balance: 0.2 },
  { balanceUntil: 0.5, step: 50, balance: 0 },
  { balanceUntil: 0.5, step: 99, balance: 0 },
  { balanceUntil: 1, step: 50, balance: 0.2 },
  { balanceUntil: 0, step: 0, balance: 0 },
])('until $balanceUntil of 100 steps, step $step: $balance', ({ balanceUntil, step, balance }) => {
  expect(classBalance({ steps: 100, classBalance: 0.4, balanceUntil }, step)).toBeCloseTo(balance, 9)
})
