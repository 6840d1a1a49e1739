(** The side conditions of the theorems on designs, solved by looking at the design: the proofs that
    `tightcheck certify --coq` writes end with [side_conditions]. Whatever these tactics try, Coq checks the result.

    - bits_interact, spins_interact, log_softmax_interacts   two bits in one parameter interact through A, or through
        softmax *)

From tightcheck Require Export real_field criterion networks samples design finite_designs frequency_designs growth
  gaussian_latents gaussian_designs full_gaussian.
Export ListNotations.

Lemma bits_interact n : (1 <= n)%nat ->
  let A := bernoulli_partition 0 1 n in let phi := first_output in
  A (phi (1 + 1)) - 2 * A (phi (1 + 0)) + A (phi (0 + 0)) <> 0.
Proof.
  intro Hn. cbv zeta. destruct n as [|n]; [lia|]. clear Hn.
  assert (E : forall t, bernoulli_partition 0 1 (S n) (first_output t) = ln (1 + exp t) + INR n * ln 2).
  { intro t. induction n as [|n IH].
    - unfold bernoulli_partition, first_output. simpl. rewrite !Rmult_0_l, Rmult_1_l, exp_0. ring.
    - unfold bernoulli_partition in *. rewrite sum_step, IH. unfold first_output at 1 2. simpl (S n =? 0)%nat.
      cbv iota.
      rewrite !Rmult_0_r, exp_0, S_INR. replace (1 + 1) with 2 by ring. ring. }
  rewrite !E. intro H. rewrite Rplus_0_r in H.
  replace (0 + 0) with 0 in H by ring. rewrite exp_0 in H.
  pose proof (exp_pos 1) as P. pose proof (exp_increasing 0 1 ltac:(lra)) as I. rewrite exp_0 in I.
  assert (Q : ln ((1 + exp (1 + 1)) * (1 + 1)) = ln ((1 + exp 1) * (1 + exp 1))).
  { rewrite !ln_mult by (pose proof (exp_pos (1 + 1)); lra). lra. }
  apply ln_inv in Q; [|pose proof (exp_pos (1 + 1)); nra|nra]. rewrite exp_plus in Q. nra.
Qed.

Lemma spins_interact n : (1 <= n)%nat ->
  let A := bernoulli_partition (-1) 1 n in let phi := first_output in
  A (phi (1 + 1)) - 2 * A (phi (1 + -1)) + A (phi (-1 + -1)) <> 0.
Proof.
  intro Hn. cbv zeta. destruct n as [|n]; [lia|]. clear Hn.
  assert (E : forall t, bernoulli_partition (-1) 1 (S n) (first_output t) = ln (exp (- t) + exp t) + INR n * ln 2).
  { intro t. induction n as [|n IH].
    - unfold bernoulli_partition. simpl. unfold first_output. simpl. rewrite Rmult_1_l.
      replace (-1 * t) with (- t) by ring. ring.
    - unfold bernoulli_partition in *. rewrite sum_step, IH. unfold first_output at 1 2. simpl (S n =? 0)%nat.
      cbv iota.
      rewrite !Rmult_0_r, exp_0, S_INR. replace (1 + 1) with 2 by ring. ring. }
  rewrite !E. replace (1 + -1) with 0 by ring. replace (-1 + -1) with (- (1 + 1)) by ring.
  rewrite Ropp_involutive, Ropp_0, exp_0.
  assert (U : exp (1 + 1) * exp (- (1 + 1)) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
  pose proof (exp_pos (- (1 + 1))) as P'. pose proof (exp_increasing 0 (1 + 1) ltac:(lra)) as I. rewrite exp_0 in I.
  set (a := exp (1 + 1)) in *. set (a' := exp (- (1 + 1))) in *. intro H.
  assert (Q : ln ((a' + a) * (a + a')) = ln ((1 + 1) * (1 + 1))).
  { rewrite !ln_mult by lra. lra. }
  apply ln_inv in Q; [|apply Rmult_lt_0_compat; lra|lra].
  assert (Z : (a - a') * (a - a') = 0) by (ring_simplify in Q; ring_simplify; lra).
  apply Rmult_integral in Z. assert (S : a' = a) by lra. rewrite S in U. nra.
Qed.

Lemma poisson_interacts n low high : (1 <= n)%nat -> low <> high ->
  let A := poisson_partition n in let phi := first_output in
  A (phi (high + high)) - 2 * A (phi (high + low)) + A (phi (low + low)) <> 0.
Proof.
  intros Hn N. cbv zeta. destruct n as [|n]; [lia|]. clear Hn.
  assert (E : forall t, poisson_partition (S n) (first_output t) = exp t + INR n).
  { intro t. induction n as [|n IH].
    - unfold poisson_partition, first_output. simpl. ring.
    - unfold poisson_partition in *. rewrite sum_step, IH. unfold first_output. simpl (S n =? 0)%nat. cbv iota.
      rewrite exp_0, S_INR. ring. }
  rewrite !E, !exp_plus. intro H. assert (Z : (exp high - exp low) * (exp high - exp low) = 0) by lra.
  apply Rmult_integral in Z. apply N. apply exp_inv. lra.
Qed.

(** log softmax of (t, 0, ..., 0). *)
Lemma log_softmax_first K t i : (1 <= K)%nat -> log_softmax K (first_output t) i = first_output t i - ln (exp t +
  (INR K - 1)).
Proof.
  intro HK. unfold log_softmax.
  assert (E : (sum K (fun k => exp (first_output t k)) : R) = exp t + (INR K - 1)); [|now rewrite E].
  destruct K as [|K]; [lia|]. clear HK. rewrite S_INR.
  induction K as [|K IH]; [unfold first_output; simpl; ring|]. rewrite sum_step, IH. unfold first_output.
  simpl (S K =? 0)%nat. cbv iota. rewrite exp_0, S_INR. ring.
Qed.

Lemma log_softmax_interacts K low high : (2 <= K)%nat -> low <> high -> exists i, (i < K)%nat /\
  log_softmax K (first_output (high + high)) i - 2 * log_softmax K (first_output (high + low)) i
    + log_softmax K (first_output (low + low)) i <> 0.
Proof.
  intros HK N. exists 1%nat. split; [lia|]. rewrite !log_softmax_first by lia. unfold first_output.
  simpl (1 =? 0)%nat. cbv iota.
  assert (C : 1 <= INR K - 1) by (apply le_INR in HK; simpl in HK; lra). set (r := INR K - 1) in *.
  rewrite !exp_plus. pose proof (exp_pos high) as P. pose proof (exp_pos low) as Q. intro H.
  assert (L : ln ((exp high * exp high + r) * (exp low * exp low + r))
    = ln ((exp high * exp low + r) * (exp high * exp low + r))) by (rewrite !ln_mult by nra; lra).
  apply ln_inv in L; [|apply Rmult_lt_0_compat; nra|apply Rmult_lt_0_compat; nra].
  assert (Z : r * ((exp high - exp low) * (exp high - exp low)) = 0) by lra.
  apply Rmult_integral in Z. destruct Z as [Z|Z]; [lra|]. apply Rmult_integral in Z. apply N. apply exp_inv. lra.
Qed.

Lemma first_log_softmax_moves K low high : (2 <= K)%nat -> low <> high ->
  exists i, (i < K)%nat /\ log_softmax K (first_output high) i <> log_softmax K (first_output low) i.
Proof.
  intros HK N. exists 1%nat. split; [lia|]. rewrite !log_softmax_first by lia. unfold first_output.
  simpl (1 =? 0)%nat. cbv iota.
  intro H. apply N. apply exp_inv. pose proof (exp_pos high). pose proof (exp_pos low).
  assert (C : 1 <= INR K - 1) by (apply le_INR in HK; simpl in HK; lra).
  assert (L : ln (exp high + (INR K - 1)) = ln (exp low + (INR K - 1))) by lra. apply ln_inv in L; lra.
Qed.

Lemma first_output_moves n low high : (1 <= n)%nat -> low <> high ->
  exists i, (i < n)%nat /\ first_output high i <> first_output low i.
Proof. intros H N. exists 0%nat. split; [lia|exact (not_eq_sym N)]. Qed.

Lemma weighted_looks K (weights u v : nat -> R) : (forall i, (i < K)%nat -> u i = v i) ->
  forall i, (i < K)%nat -> weights i * u i = weights i * v i.
Proof. intros H i Hi. now rewrite H. Qed.

Lemma bits_prior_exists low high m allowed a : (allowed a : Prop) ->
  exists P, forall f : (nat -> bool) -> nat -> R, bits_prior low high m allowed f P.
Proof. intro H. exists (bits_log_density low high m a). intro f. now exists a. Qed.

Lemma bits_prior_spanned low high m allowed (f : (nat -> bool) -> nat -> R) P :
  bits_prior low high m allowed f P -> in_span m (code low high) P.
Proof.
  intros (a & _ & E). destruct (bits_prior_in_span low high m a) as (c & c0 & H). exists c, c0. intro z.
  now rewrite E, H.
Qed.

Lemma bits_prior_reached low high m allowed a : (allowed a : Prop) ->
  exists P c c0, (forall f : (nat -> bool) -> nat -> R, bits_prior low high m allowed f P) /\
  forall z, P z = dot m c (code low high z) + c0.
Proof.
  intro H. exists (bits_log_density low high m a), a, (- bernoulli_partition low high m a).
  split; [intro f; now exists a|reflexivity].
Qed.

Lemma affine_link_plain n i (l : link) : plain l -> (i < n)%nat ->
  ((i < n)%nat /\ exists r, forall o, l o i = r * o i) \/ exists v, forall o, l o i = v.
Proof. intros <- Hi. left. split; [assumption|]. exists 1. intro o. ring. Qed.

Lemma affine_link_mean n noise i (l : link) : mean_link n noise l -> (i < n + n)%nat ->
  ((i < n)%nat /\ exists r, forall o, l o i = r * o i) \/ exists v, forall o, l o i = v.
Proof.
  intros (s & _ & _ & ->) Hi. unfold mean_over. destruct (Nat.ltb_spec i n).
  - left. split; [assumption|]. exists (/ s i). intro o. unfold Rdiv. ring.
  - right. now exists (- / (2 * s (i - n)%nat)).
Qed.

Lemma one_bit_spans low high : low <> high -> forall t : (nat -> bool) -> R,
  respects 1 (code low high) t -> in_span 1 (code low high) t.
Proof.
  intros N t H. apply one_bit_in_span; [assumption|]. intros z z' E. apply H. intros j Hj. unfold code.
  replace j with O by lia. now rewrite E.
Qed.

Lemma bits_prior_respects low high m allowed (f : (nat -> bool) -> nat -> R) P :
  bits_prior low high m allowed f P -> respects m (code low high) P.
Proof.
  intros (a & _ & E) z z' H. rewrite !E. unfold bits_log_density. f_equal. apply (dot_ext (K := real_field)); auto.
Qed.

Lemma class_prior_respects_inputs m allowed (f : classes m -> nat -> R) P :
  class_prior m allowed f P -> respects (S m) one_hot P.
Proof. intros H z z' E. exact (class_prior_respects m allowed f P H z z' E). Qed.

Lemma uniform_class_prior m (allowed : (nat -> R) -> Prop) : allowed (fun _ => / INR (S m)) ->
  exists P, forall f : classes m -> nat -> R, class_prior m allowed f P.
Proof.
  intro H. exists (class_log_density (fun _ => / INR (S m))). intro f. exists (fun _ => / INR (S m)).
  assert (N : 0 < INR (S m)) by (apply lt_0_INR; lia). repeat split; auto.
  - intros i _. now apply Rinv_0_lt_compat.
  - assert (E : forall k, (sum k (fun _ => / INR (S m)) : R) = INR k * / INR (S m)).
    { induction k as [|k IH]; [simpl; ring|]. rewrite sum_step, IH, (S_INR k). ring. }
    rewrite E. now apply Rinv_r, Rgt_not_eq.
Qed.

Lemma mean_over_looks n noise (l : link) : mean_link n noise l -> forall o o', (forall i, (i < n)%nat -> o i = o' i)
  ->
  (forall i, (i < n + n)%nat -> l o i = l o' i) /\ gaussian_partition n (l o) = gaussian_partition n (l o').
Proof.
  intros (s & _ & _ & ->) o o' H.
  assert (E : forall i, mean_over n s o i = mean_over n s o' i).
  { intro i. unfold mean_over. destruct (Nat.ltb_spec i n); [now rewrite H|reflexivity]. }
  split; [auto|]. apply (sum_ext (K := real_field)). intros i _. now rewrite !E.
Qed.

Lemma mean_hidden_rows n noise (l : link) : mean_link n noise l ->
  forall i, (n <= i < n + n)%nat -> exists v, forall o, l o i = v.
Proof.
  intros (s & _ & _ & ->) i Hi. exists (- / (2 * s (i - n)%nat)). intro o. unfold mean_over.
  destruct (Nat.ltb_spec i n); [lia|reflexivity].
Qed.

Lemma moments_shown n (x : nat -> R) i : (i < n)%nat -> reals x i = moments n x i.
Proof. intro H. unfold moments. destruct (Nat.ltb_spec i n); [reflexivity|lia]. Qed.

Lemma some_network (C : network -> Prop) (links : link -> Prop) k l :
  holds_constants k C -> links l -> exists F l, C F /\ links l.
Proof. intros H L. destruct (H (fun _ => 0)) as (F & CF & _). now exists F, l. Qed.

Lemma mean_link_exists n noise s : (noise s : Prop) -> (forall i, 0 < s i) -> mean_link n noise (mean_over n s).
Proof. intros H P. exists s. auto. Qed.

(** An encoder of classes: logits, of which the last is the reference. *)
Lemma class_encoder {X : Type} k n m (nu shown : X -> nat -> R) C : (k <= n)%nat ->
  (forall x i, (i < k)%nat -> shown x i = nu x i) -> holds_affine k (S m) C ->
  holds_exact k n m nu (computed C shown (contrast_of m)).
Proof.
  intros L S H F c Z. destruct (H (fun j i => if (j =? m)%nat then 0 else F i j) (fun j => if (j =? m)%nat then 0
    else c j))
    as (G & CG & E). exists (fun x => contrast m (G (shown x))). split; [now exists G, (contrast m)|].
  intros x j Hj. unfold contrast. rewrite !E, !Nat.eqb_refl by lia. destruct (Nat.eqb_spec j m); [lia|].
  rewrite (dot_zero (K := real_field) k (fun _ => 0)) by auto.
  rewrite (dot_shown k n L nu shown S) by (intros i Hi; now apply Z).
  rewrite (dot_comm (K := real_field) k (shown x)). simpl. lra.
Qed.

(** ** Tactics *)

Ltac number := first [apply Nat.leb_le; vm_compute; reflexivity | apply Nat.ltb_lt; vm_compute; reflexivity].
Ltac real_number := unfold one_number, any_numbers, every_number; intros; first
  [lra | exact I | reflexivity | (eexists; intros; reflexivity)].
Ltac activation_pairs := first
  [apply relu_pairs | apply leaky_relu_pairs | apply softplus_pairs | apply silu_pairs | apply identity_pairs].
Ltac two_values := first
  [apply tanh_two_values | apply sigmoid_two_values | (apply pairs_two_values; activation_pairs)].
Ltac network_class := first
  [ apply mlp_constants | apply mlp_looks_at | apply affine_looks_at | apply unrestricted_looks_at
  | apply affine_holds_affine | apply unrestricted_holds_affine
  | (apply mlp_lines; [activation_pairs|reflexivity])
  | (apply affine_lines, affine_holds_affine) | (apply affine_lines, unrestricted_holds_affine)
  | (apply mlp_two_points; [two_values|reflexivity])
  | (apply lines_two_points, affine_lines, affine_holds_affine)
  | (apply lines_two_points, affine_lines, unrestricted_holds_affine)
  | (eapply lines_constants, affine_lines, affine_holds_affine)
  | (eapply lines_constants, affine_lines, unrestricted_holds_affine) ].
Ltac spanning := first
  [ apply numbers_span | apply grey_spans | apply reals_span | apply moments_span | (apply word_counts_span; number)
  | (apply fixed_counts_span; number) | (apply code_spans; lra) ].
