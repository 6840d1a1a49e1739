(** Verdicts on designs whose latent variables are finite draws (theory: sections 2 and 5; the paper's Examples 2 and
  3).

    - spanned_is_tight       if f and P - A(f) / beta are in span(psi, 1) in every model and the encoder holds F' nu
        + c, then tight
    - one_bit_is_tight       one two-valued latent: every decoder is consistent
    - one_class_is_tight     one categorical latent: the same
    - implied_is_tight       an affine decoder with the implied prior: restricted Boltzmann machines (19)
    - bits_restricted        two or more independent bits: a decoder that looks at one bit is consistent, one that
        adds two bits
                             in one parameter is not, when its log-partition or its parameters have an interaction *)

From tightcheck Require Import real_field criterion networks samples design.

(** The encoder is shown the first k statistics. *)
Definition holds_exact (k n m : nat) {X : Type} (nu : X -> nat -> R) (encoder : (X -> nat -> R) -> Prop) : Prop :=
  forall (F : nat -> nat -> R) (c : nat -> R), (forall i j, (k <= i < n)%nat -> F i j = 0) ->
  exists g, encoder g /\ forall x j, (j < m)%nat -> g x j = dot n (nu x) (fun i => F i j) + c j.
Definition holds_exact_lines (k n m : nat) {X : Type} (nu : X -> nat -> R) (encoder : (X -> nat -> R) -> Prop) : Prop
  :=
  forall w alpha c : nat -> R, (forall i, (k <= i < n)%nat -> w i = 0) ->
  exists g, encoder g /\ forall x j, (j < m)%nat -> g x j = alpha j * dot n (nu x) w + c j.

Lemma dot_prefix k n (u v : nat -> R) : (k <= n)%nat -> (forall i, (k <= i < n)%nat -> v i = 0) ->
  (dot n u v : R) = dot k u v.
Proof.
  intros L H. induction L as [|n L IH]; [reflexivity|]. rewrite dot_step, IH, H by (intros; try apply H; lia). ring.
Qed.

Section Encoder.
Context {X : Type}.
Variables k n m : nat.
Hypothesis shown_below : (k <= n)%nat.
Variables nu shown : X -> nat -> R.
Hypothesis shown_statistics : forall x i, (i < k)%nat -> shown x i = nu x i.
Variable C : network -> Prop.

Lemma dot_shown x v : (forall i, (k <= i < n)%nat -> v i = 0) -> (dot n (nu x) v : R) = dot k (shown x) v.
Proof.
  intro H. rewrite (dot_prefix k) by assumption. apply (dot_ext (K := real_field)); [|reflexivity].
  intros i Hi. now rewrite shown_statistics.
Qed.

Lemma affine_encoder : holds_affine k m C -> holds_exact k n m nu (computed C shown plain).
Proof.
  intros H F c Z. destruct (H (fun j i => F i j) c) as (G & CG & E). exists (fun x => G (shown x)). split.
  - now exists G, (fun o => o).
  - intros x j Hj. rewrite E, dot_shown, (dot_comm (K := real_field)) by auto. reflexivity.
Qed.

Lemma lines_encoder : holds_lines k m C -> holds_exact_lines k n m nu (computed C shown plain).
Proof.
  intros H w alpha c Z. destruct (H w alpha c) as (G & CG & E). exists (fun x => G (shown x)). split.
  - now exists G, (fun o => o).
  - intros x j Hj. rewrite E, dot_shown, (dot_comm (K := real_field)) by auto. reflexivity.
Qed.
End Encoder.

Lemma exact_lines k n m {X : Type} (nu : X -> nat -> R) encoder : holds_exact k n m nu encoder -> holds_exact_lines k
  n m nu encoder.
Proof.
  intros H w alpha c Z. destruct (H (fun i j => alpha j * w i) c) as (g & Hg & E).
  - intros i j Hi. rewrite Z by assumption. ring.
  - exists g. split; [assumption|]. intros x j Hj. rewrite E by assumption. f_equal.
    rewrite (dot_scale (K := real_field)). reflexivity.
Qed.

Lemma lines_exact k n {X : Type} (nu : X -> nat -> R) encoder : holds_exact_lines k n 1 nu encoder -> holds_exact k n
  1 nu encoder.
Proof.
  intros H F c Z. destruct (H (fun i => F i 0%nat) (fun _ => 1) c) as (g & Hg & E).
  - intros i Hi. now apply Z.
  - exists g. split; [assumption|]. intros x j Hj. rewrite E by assumption. replace j with 0%nat by lia. real_atoms.
    ring.
Qed.

Section Spanned.
Variable D : design.
Variable k : nat.
Hypothesis beta_positive : 0 < beta D.
Notation n := (observed_statistics D).
Notation m := (latent_statistics D).

(** A consistent model, with its exact encoder F' nu / beta + c. *)
Lemma spanned_model f P : holds_exact k n m (nu D) (encoder D) ->
  (forall i, (i < n)%nat -> ((i < k)%nat /\ in_span m (psi D) (fun z => f z i)) \/ exists v, forall z, f z i = v) ->
  in_span m (psi D) (fun z => P z - log_partition D (f z) / beta D) -> consistent_model D f P.
Proof.
  intros HE HF (c & c0 & Hc).
  destruct (finite_choice (Y := (nat -> R) * R) ((fun _ => 0), 0) n
    (fun i y => (forall z, f z i = dot m (fst y) (psi D z) + snd y) /\ ((k <= i)%nat -> forall j, fst y j = 0)))
    as [y Hy].
  { intros i Hi. destruct (HF i Hi) as [[L (d & d0 & E)]|(v & E)].
    - exists (d, d0). split; [exact E|lia].
    - exists ((fun _ => 0), v). split; [|reflexivity]. intro z. rewrite E.
      simpl. rewrite (dot_zero (K := real_field) m (fun _ => 0)) by auto. simpl. lra. }
  destruct (HE (fun i j => fst (y i) j / beta D) c) as (g & Hg & G).
  { intros i j Hi. destruct (Hy i ltac:(lia)) as [_ Z]. rewrite Z by lia. field. lra. }
  apply (consistent_model_from D beta_positive f P (fun i => fst (y i)) (fun i => snd (y i)) c c0 g); auto.
  - intros z i Hi. apply Hy. assumption.
  - intros x j Hj. rewrite G by assumption. f_equal.
    rewrite (dot_ext (K := real_field) n (nu D x) (nu D x) _ (fun i => / beta D * fst (y i) j)) by (intros; simpl;
      auto; field; lra).
    rewrite (dot_scale (K := real_field)). real_atoms. field. lra.
Qed.

Theorem spanned_is_tight : (exists f P, model D f P) -> holds_exact k n m (nu D) (encoder D) ->
  (forall f P, model D f P ->
    (forall i, (i < n)%nat -> ((i < k)%nat /\ in_span m (psi D) (fun z => f z i)) \/ exists v, forall z, f z i = v) /\
    in_span m (psi D) (fun z => P z - log_partition D (f z) / beta D)) ->
  tight D.
Proof. intros M HE H. split; [assumption|]. intros f P HM. destruct (H f P HM). now apply spanned_model. Qed.

End Spanned.

(** ** Bits *)

Section Bits.
Variables low high : R.
Hypothesis low_high : low <> high.

(** A function of bit j. *)
Lemma bit_in_span m j (t : (nat -> bool) -> R) (s : bool -> R) : (j < m)%nat -> (forall z, t z = s (z j)) ->
  in_span m (code low high) t.
Proof.
  intros Hj E. exists (fun i => (s true - s false) / (high - low) * unit j i),
    (s false - (s true - s false) / (high - low) * low). intro z.
  rewrite (dot_comm (K := real_field)), (dot_scale (K := real_field)), (dot_comm (K := real_field)).
  rewrite (dot_unit (K := real_field)), E by assumption. unfold code. simpl. destruct (z j); field; lra.
Qed.

(** Mixed second differences of what is in the span vanish. *)
Definition with_bits (b0 b1 : bool) : nat -> bool := fun i => match i with O => b0 | 1%nat => b1 | _ => false end.

Lemma no_mixed_difference m (t : (nat -> bool) -> R) : (2 <= m)%nat -> in_span m (code low high) t ->
  t (with_bits true true) - t (with_bits true false) - t (with_bits false true) + t (with_bits false false) = 0.
Proof.
  intros Hm (c & c0 & E). rewrite !E.
  assert (S : forall l b0 b1, (dot (S (S l)) c (code low high (with_bits b0 b1)) : R)
    = dot (S (S l)) c (fun _ => low) + ((if b0 then c O * (high - low) else 0) + (if b1 then c 1%nat * (high - low)
      else 0))).
  { clear. intros l b0 b1. induction l as [|l IH].
    - rewrite !dot_step. unfold dot, code, with_bits. simpl. destruct b0, b1; ring.
    - rewrite (dot_step (S (S l)) c (code _ _ _)), IH, (dot_step (S (S l)) c (fun _ => low)).
      generalize (dot (S (S l)) c (fun _ => low) : R). intro d. unfold code, with_bits. simpl. destruct b0, b1; ring.
      }
  destruct m as [|[|m]]; [lia|lia|]. rewrite !S.
  generalize (dot (Datatypes.S (Datatypes.S m)) c (fun _ => low) : R). intro d. simpl. ring.
Qed.

(** log p of independent bits with natural parameters a. *)
Definition bits_log_density (m : nat) (a : nat -> R) (z : nat -> bool) : R :=
  dot m a (code low high z) - bernoulli_partition low high m a.
Definition bits_prior (m : nat) (allowed : (nat -> R) -> Prop) {Y : Type} (_ : Y) (P : (nat -> bool) -> R) : Prop :=
  exists a, allowed a /\ forall z, P z = bits_log_density m a z.

Lemma bits_prior_in_span m a : in_span m (code low high) (bits_log_density m a).
Proof. exists a, (- bernoulli_partition low high m a). intro z. reflexivity. Qed.

(** The product of one parameter over the bits: o_0 = z_0, and o_0 = z_0 + z_1. *)
Definition first_output (t : R) : nat -> R := fun i => if (i =? 0)%nat then t else 0.

Section Restricted.
Context {X : Type}.
Variables k n m inputs : nat.
Variable statistics : X -> nat -> R.
Variable A : (nat -> R) -> R.
Variable C : network -> Prop.
Variable outputs : nat.
Variable links : link -> Prop.
Variable priors : ((nat -> bool) -> nat -> R) -> ((nat -> bool) -> R) -> Prop.
Variable encoders : (X -> nat -> R) -> Prop.
Variable b : R.
Variable l : link.

Hypothesis b_positive : 0 < b.
Hypothesis two_bits : (2 <= m)%nat.
Hypothesis statistics_span : affinely_spans n statistics.
Hypothesis C_lines : holds_lines m outputs C.
Hypothesis l_allowed : links l.
Hypothesis l_looks : forall o o', (forall i, (i < outputs)%nat -> o i = o' i) ->
  (forall i, (i < n)%nat -> l o i = l o' i) /\ A (l o) = A (l o').
Hypothesis some_prior : exists P, forall f, priors f P.
Hypothesis prior_spanned : forall f P, priors f P -> in_span m (code low high) P.
Hypothesis encoder_lines : holds_exact_lines k n m statistics encoders.
Let phi t := l (first_output t).
Hypothesis hidden_rows : forall i, (k <= i < n)%nat -> phi high i = phi low i.
Hypothesis moves : exists i, (i < n)%nat /\ phi high i <> phi low i.
Hypothesis interaction :
  (exists i, (i < n)%nat /\ phi (high + high) i - 2 * phi (high + low) i + phi (low + low) i <> 0) \/
  A (phi (high + high)) - 2 * A (phi (high + low)) + A (phi (low + low)) <> 0.

Let D : design :=
  {| observation := X; latent := nat -> bool; observed_statistics := n; latent_statistics := m; nu := statistics;
     psi := code low high; log_partition := A; decoder := computed C (code low high) links; prior := priors;
     encoder := encoders; beta := b |}.

Lemma line_decoder (w : nat -> R) : exists f, decoder D f /\ forall z,
  (forall i, (i < n)%nat -> f z i = phi (dot m w (code low high z)) i) /\ A (f z) = A (phi (dot m w (code low high
    z))).
Proof.
  destruct (C_lines w (first_output 1) (fun _ => 0)) as (F & CF & E).
  exists (fun z => l (F (code low high z))). split; [now exists F, l|]. intro z. apply l_looks. intros i Hi.
  rewrite E by assumption. unfold first_output. destruct (i =? 0)%nat; real_atoms; ring.
Qed.

Theorem bits_restricted : restricted D.
Proof.
  destruct some_prior as [P HP]. split.
  - destruct (line_decoder (unit 0)) as (f & Hf & E).
    assert (B : forall z, (dot m (unit 0) (code low high z) : R) = if z O then high else low).
    { intro z. rewrite (dot_unit (K := real_field)) by lia. reflexivity. }
    assert (Ef : forall z i, (i < n)%nat -> f z i = if z O then phi high i else phi low i).
    { intros z i Hi. destruct (E z) as [E1 _]. rewrite E1, B by assumption. now destruct (z O). }
    assert (EA : forall z, A (f z) = if z O then A (phi high) else A (phi low)).
    { intros z. destruct (E z) as [_ E2]. rewrite E2, B. now destruct (z O). }
    exists f, P. split; [split; [assumption|apply HP]|split].
    + destruct (prior_spanned f P (HP f)) as (c & c0 & Hc).
      set (q := (A (phi high) - A (phi low)) / b / (high - low)).
      destruct (encoder_lines (fun i => (phi high i - phi low i) / (high - low) / b) (unit 0) (fun j => c j - q *
        unit 0 j))
        as (g & Hg & G).
      { intros i Hi. rewrite hidden_rows by assumption. field. split; lra. }
      apply (consistent_model_from D b_positive f P (fun i j => (phi high i - phi low i) / (high - low) * unit 0 j)
        (fun i => phi low i - (phi high i - phi low i) / (high - low) * low) (fun j => c j - q * unit 0 j)
        (c0 - A (phi low) / b + q * low) g); auto.
      * intros z i Hi. rewrite Ef by assumption. simpl.
        rewrite (dot_comm (K := real_field)), (dot_scale (K := real_field)), (dot_comm (K := real_field)).
        rewrite (dot_unit (K := real_field)) by lia. unfold code. simpl. destruct (z O); field; lra.
      * intro z. rewrite Hc. simpl log_partition. rewrite EA. simpl.
        rewrite (dot_comm (K := real_field) m (fun j => c j - q * unit 0 j)), (dot_sub (K := real_field)), (dot_scale
          (K := real_field)).
        rewrite !(dot_comm (K := real_field) m (code low high z)), (dot_unit (K := real_field)) by lia.
        change (code low high z 0%nat) with (if z O then high else low). unfold q. real_atoms.
        destruct (z O); field; lra.
      * intros x j Hj. rewrite G by assumption. simpl.
        rewrite (dot_ext (K := real_field) n (statistics x) (statistics x)
          (fun i => (phi high i - phi low i) / (high - low) * unit 0 j)
          (fun i => (b * unit 0 j) * ((phi high i - phi low i) / (high - low) / b))) by
          (intros; auto; simpl; field; split; lra).
        rewrite (dot_scale (K := real_field)). real_atoms. field. lra.
    + intro I. destruct moves as (i & Hi & N). apply N.
      pose proof (independent_parameters D f statistics_span I (with_bits true true) (with_bits false true) i Hi) as
        H.
      simpl in H. rewrite !Ef in H by assumption. exact H.
  - destruct (line_decoder (fun j => unit 0 j + unit 1 j)) as (f & Hf & E).
    assert (B : forall z, (dot m (fun j => unit 0 j + unit 1 j) (code low high z) : R)
      = (if z O then high else low) + (if z 1%nat then high else low)).
    { intro z. rewrite (dot_comm (K := real_field)), (dot_add (K := real_field)),
        !(dot_comm (K := real_field) m (code low high z)), !(dot_unit (K := real_field)) by lia. reflexivity. }
    exists f, P. split; [split; [assumption|apply HP]|]. intro Cn.
    apply (consistent_model_C1_C2 D b_positive f P statistics_span) in Cn. destruct Cn as [H1 H2]. simpl in H1, H2.
    destruct interaction as [(i & Hi & N)|N]; apply N.
    + pose proof (no_mixed_difference m _ two_bits (H1 i Hi)) as M. cbv beta in M.
      pose proof (E (with_bits true true)) as [T _]. pose proof (E (with_bits true false)) as [U _].
      pose proof (E (with_bits false true)) as [V _]. pose proof (E (with_bits false false)) as [W _].
      rewrite T, U, V, W, !B in M by assumption. simpl in M. rewrite (Rplus_comm low high) in M. lra.
    + destruct (prior_spanned f P (HP f)) as (c & c0 & Hc).
      assert (H3 : in_span m (code low high) (fun z => A (f z) / b)).
      { destruct H2 as (d & d0 & Hd). exists (fun j => c j - d j), (c0 - d0). intro z.
        rewrite (dot_comm (K := real_field) m (fun j => c j - d j)), (dot_sub (K := real_field)),
          !(dot_comm (K := real_field) m (code low high z)).
        specialize (Hd z). rewrite Hc in Hd. revert Hd. simpl. real_atoms. intro Hd. lra. }
      pose proof (no_mixed_difference m _ two_bits H3) as M. cbv beta in M.
      pose proof (E (with_bits true true)) as [_ T]. pose proof (E (with_bits true false)) as [_ U].
      pose proof (E (with_bits false true)) as [_ V]. pose proof (E (with_bits false false)) as [_ W].
      rewrite T, U, V, W, !B in M. simpl in M. rewrite (Rplus_comm low high) in M.
      apply (Rmult_eq_reg_r (/ b)); [|apply Rinv_neq_0_compat; lra]. unfold Rdiv in M. lra.
Qed.
End Restricted.

(** One two-valued latent spans every function of it. *)
Lemma one_bit_in_span (t : (nat -> bool) -> R) : (forall z z', z O = z' O -> t z = t z') -> in_span 1 (code low high)
  t.
Proof.
  intro H. apply (bit_in_span 1 0 t (fun v => t (fun _ => v))); [lia|]. intro z. now apply H.
Qed.
End Bits.

(** ** One finite draw *)

Definition classes (m : nat) : Type := { z : nat | (z <= m)%nat }.
Definition one_hot {m : nat} (z : classes m) (j : nat) : R := if (proj1_sig z =? j)%nat then 1 else 0.

Lemma class_in_span m (t : classes m -> R) :
  (forall z z', (forall j, (j < S m)%nat -> one_hot z j = one_hot z' j) -> t z = t z') -> in_span m one_hot t.
Proof.
  intro H. set (point := fun j => match le_lt_dec j m with left L => exist _ j L | right _ => exist _ m (le_n m) end
    : classes m).
  assert (E : forall z : classes m, t z = t (point (proj1_sig z))).
  { intros [z Hz]. apply H. intros j _. unfold one_hot, point. simpl. destruct (le_lt_dec z m); [reflexivity|lia]. }
  exists (fun j => t (point j) - t (point m)), (t (point m)). intro z. rewrite (E z) at 1. destruct z as [z Hz].
  simpl.
  rewrite (dot_comm (K := real_field)).
  destruct (Nat.eq_dec z m) as [->|N].
  - rewrite (dot_zero (K := real_field)); [simpl; lra|]. intros j Hj. unfold one_hot. simpl.
    destruct (Nat.eqb_spec m j); [lia|reflexivity].
  - rewrite (dot_ext (K := real_field) m _ (unit z) _ (fun j => t (point j) - t (point m))); auto.
    + rewrite (dot_unit (K := real_field)) by lia. simpl. lra.
    + intros j _. unfold one_hot, unit. simpl. now rewrite Nat.eqb_sym.
Qed.

Definition class_log_density {m : nat} (p : nat -> R) (z : classes m) : R := ln (p (proj1_sig z)).
Definition class_prior (m : nat) (allowed : (nat -> R) -> Prop) {Y : Type} (_ : Y) (P : classes m -> R) : Prop :=
  exists p, allowed p /\ (forall i, (i <= m)%nat -> 0 < p i) /\ (sum (S m) p : R) = 1 /\ forall z, P z =
    class_log_density p z.

Lemma class_prior_respects m allowed {Y : Type} (y : Y) P : class_prior m allowed y P ->
  forall z z' : classes m, (forall j, (j < S m)%nat -> one_hot z j = one_hot z' j) -> P z = P z'.
Proof.
  intros (p & _ & _ & _ & E) [z Hz] [z' Hz'] H. rewrite !E. unfold class_log_density. simpl.
  specialize (H z ltac:(lia)). unfold one_hot in H. simpl in H. rewrite Nat.eqb_refl in H.
  destruct (Nat.eqb_spec z' z) as [->|]; [reflexivity|lra].
Qed.

Section OneDraw.
Context {X Z : Type}.
Variables k n m inputs outputs : nat.
Variable statistics : X -> nat -> R.
Variable latent_statistic : Z -> nat -> R.
Variable shown : Z -> nat -> R.
Variable A : (nat -> R) -> R.
Variable C : network -> Prop.
Variable links : link -> Prop.
Variable priors : (Z -> nat -> R) -> (Z -> R) -> Prop.
Variable encoders : (X -> nat -> R) -> Prop.
Variable b : R.

Definition respects (t : Z -> R) : Prop := forall z z', (forall j, (j < inputs)%nat -> shown z j = shown z' j) -> t z
  = t z'.

Hypothesis b_positive : 0 < b.
Hypothesis spans_functions : forall t, respects t -> in_span m latent_statistic t.
Hypothesis C_looks : looks_at inputs outputs C.
Hypothesis l_looks : forall l, links l -> forall o o', (forall i, (i < outputs)%nat -> o i = o' i) ->
  (forall i, (i < n)%nat -> l o i = l o' i) /\ A (l o) = A (l o').
Hypothesis hidden_rows : forall l, links l -> forall i, (k <= i < n)%nat -> exists v, forall o, l o i = v.
Hypothesis priors_respect : forall f P, priors f P -> respects P.
Hypothesis some_decoder : exists F l, C F /\ links l.
Hypothesis some_prior : exists P, forall f, priors f P.
Hypothesis encoder_exact : holds_exact k n m statistics encoders.

Theorem one_draw_is_tight : tight
  {| observation := X; latent := Z; observed_statistics := n; latent_statistics := m; nu := statistics;
     psi := latent_statistic; log_partition := A; decoder := computed C shown links; prior := priors;
     encoder := encoders; beta := b |}.
Proof.
  apply (spanned_is_tight _ k); simpl; auto.
  - destruct some_decoder as (F & l & CF & Hl). destruct some_prior as [P HP].
    exists (fun z => l (F (shown z))), P. split; simpl; [now exists F, l|apply HP].
  - intros f P [(F & l & CF & Hl & E) HP]. simpl in *. split.
    + intros i Hi. destruct (le_lt_dec k i) as [L|L].
      * right. destruct (hidden_rows l Hl i) as [v Hv]; [auto|]. exists v. intro z. now rewrite E.
      * left. split; [assumption|]. apply spans_functions. intros z z' H. rewrite !E.
        apply (l_looks l Hl); [|assumption]. intros q Hq. now apply (C_looks F CF).
    + apply spans_functions. intros z z' H. rewrite (priors_respect f P HP z z' H). f_equal. f_equal. rewrite !E.
      apply (l_looks l Hl). intros q Hq. now apply (C_looks F CF).
Qed.
End OneDraw.

(** ** The implied prior *)

Definition implied_prior_of {Z : Type} (m : nat) (psi : Z -> nat -> R) (A : (nat -> R) -> R) (f : Z -> nat -> R) (P :
  Z -> R) : Prop :=
  exists (c : nat -> R) (c0 : R), forall z, P z = dot m c (psi z) + A (f z) + c0.

Section Implied.
Context {X Z : Type}.
Variables k n m : nat.
Variable statistics : X -> nat -> R.
Variable latent_statistic : Z -> nat -> R.
Variable A : (nat -> R) -> R.
Variable links : link -> Prop.
Variable encoders : (X -> nat -> R) -> Prop.

(** A link keeps affine outputs affine; the rows that the encoder does not see are constant. *)
Hypothesis l_affine : forall l, links l -> forall i, (i < n)%nat ->
  ((i < k)%nat /\ exists r, forall o, l o i = r * o i) \/ exists v, forall o, l o i = v.
Hypothesis some_link : exists l, links l.
Hypothesis encoder_exact : holds_exact k n m statistics encoders.

Theorem implied_is_tight : tight
  {| observation := X; latent := Z; observed_statistics := n; latent_statistics := m; nu := statistics;
     psi := latent_statistic; log_partition := A; decoder := computed (affine m k) latent_statistic links;
     prior := implied_prior_of m latent_statistic A; encoder := encoders; beta := 1 |}.
Proof.
  apply (spanned_is_tight _ k); simpl; auto; [lra| |].
  - destruct some_link as (l & Hl). destruct (affine_holds_affine m k (fun _ _ => 0) (fun _ => 0)) as (F & CF & _).
    exists (fun z => l (F (latent_statistic z))), (fun z => dot m (fun _ => 0) (latent_statistic z) + A (l (F
      (latent_statistic z))) + 0).
    split; simpl; [now exists F, l|]. now exists (fun _ => 0), 0.
  - intros f P [(F & l & (W & w & CF) & Hl & E) (c & c0 & HP)]. simpl in *. split.
    + intros i Hi. destruct (l_affine l Hl i Hi) as [[L (r & Hr)]|(v & Hv)].
      * left. split; [assumption|]. exists (fun j => r * W i j), (r * w i). intro z. rewrite E, Hr, CF by assumption.
        rewrite (dot_comm (K := real_field) m (fun j => r * W i j)), (dot_scale (K := real_field)),
          (dot_comm (K := real_field) m (latent_statistic z)). real_atoms. ring.
      * right. exists v. intro z. now rewrite E.
    + exists c, c0. intro z. rewrite HP. real_atoms. field.
Qed.
End Implied.
