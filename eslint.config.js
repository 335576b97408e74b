// Correctness and architecture; prettier owns the looks. The rooms' import rules are one table: scripts/import-rules.mjs.
import { importX } from 'eslint-plugin-import-x'
import pluginVue from 'eslint-plugin-vue'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'
import { importRuleConfigs } from './scripts/import-rules.mjs'

export default defineConfig(
  { ignores: ['node_modules/', 'dist/', 'coverage/', 'tests/import-rules/'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.recommended,
  pluginVue.configs['flat/essential'],
  { plugins: { 'import-x': importX } },
  ...importRuleConfigs(import.meta.dirname),
  {
    rules: {
      eqeqeq: 'error',
      'no-console': 'off',
      'max-lines': ['warn', { max: 300 }],
      'import-x/no-duplicates': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: { 'no-undef': 'off', 'vue/block-lang': ['error', { script: { lang: 'ts' } }], 'vue/no-v-html': 'error' },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
)
