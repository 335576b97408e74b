export { readCase } from '../../trainer/imaging/legal.ts'
