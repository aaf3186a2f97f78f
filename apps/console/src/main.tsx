import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { createClient } from './api/client.ts';
import { basePath } from './api/http.ts';
import { App, preloadPage } from './app.tsx';
import { applyTheme } from './parts/theme.ts';
import './style/tokens.css';
import './style/base.css';
import './style/parts.css';
import './style/pages.css';
import { TextsProvider } from './text/texts.tsx';

const root = document.querySelector('#root');
if (root === null) throw new Error('unreachable: the page has no #root');
applyTheme();
preloadPage(window.location.pathname);
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={createClient()}>
      <TextsProvider>
        <Router base={basePath}>
          <App />
        </Router>
      </TextsProvider>
    </QueryClientProvider>
  </StrictMode>,
);
