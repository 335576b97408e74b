export { trainOn } from '../../trainer/legal.ts'
